internal import ByteStore
internal import ModelFormats

/// Opens the files that tensors name, each once; the one way to any of them.
final class ExternalData {
  private let modelPath: String
  private let options: ReadOptions
  /// The open files by the name the model gives them.
  private(set) var sources: [String: ByteSource] = [:]

  /// The ranges that tensors take, with the tensors' places.
  private var claims: [String: [Claim]] = [:]
  private var digests: [String: String] = [:]

  /// A range of a file that a tensor takes.
  struct Claim {
    var range: Range<Int>
    var path: [InputLocation.PathElement]
  }

  init(modelPath: String, options: ReadOptions) {
    self.modelPath = modelPath
    self.options = options
  }

  /// The file at a location relative to the model.
  ///
  /// Errors: `FileAccessError`; the location is contained as `ContainedPath` says.
  func open(_ location: String) throws(FileAccessError) -> ByteSource {
    if let source = sources[location] { return source }
    let source: ByteSource
    if let path = options.externalDataOverrides[location] {
      source = try ByteSource(file: path)
    } else {
      source = try ContainedPath(location).open(
        beside: modelPath, allowingLinksInto: options.symlinkFolders)
    }
    sources[location] = source
    return source
  }

  /// The SHA-1 of a file, computed once.
  func digest(_ location: String) throws -> String {
    if let digest = digests[location] { return digest }
    let digest = try SHA1.hex(try open(location))
    digests[location] = digest
    return digest
  }

  /// Remembers that a tensor takes a range of a file.
  func claim(_ range: Range<Int>, of location: String, at path: [InputLocation.PathElement]) {
    guard !range.isEmpty else { return }
    claims[location, default: []].append(Claim(range: range, path: path))
  }

  /// Tensors that take a part of another one's range.
  ///
  /// The very same range is shared on purpose.
  func overlaps() -> [(location: String, claim: Claim)] {
    claims.keys.sorted().flatMap { location -> [(location: String, claim: Claim)] in
      let sorted = claims[location, default: []].sorted {
        ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
      }
      return zip(sorted, sorted.dropFirst()).compactMap { first, second in
        let overlap = first.range.overlaps(second.range) && first.range != second.range
        return overlap ? (location, second) : nil
      }
    }
  }
}
