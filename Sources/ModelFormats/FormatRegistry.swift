public import ByteStore

/// The formats at hand; finds the one a file is of.
public struct FormatRegistry: Sendable {
  /// The readers, in the order in which they win where they are equally sure.
  public var readers: [any ModelReader]

  /// Makes a registry of readers.
  public init(_ readers: [any ModelReader]) { self.readers = readers }

  /// The usual ending of each format's file names, without the dot.
  public var usualExtensions: [String] {
    readers.compactMap { type(of: $0).format.fileExtensions.first }
  }

  /// The reader for a file, by its first bytes and its name.
  ///
  /// Errors: `FormatError` when the file is empty, of a known other format, or of none.
  public func reader(for source: ByteSource) throws -> any ModelReader {
    let candidate = try ProbeCandidate(source)
    let location = InputLocation(file: source.path, position: .byte(0))
    guard candidate.size > 0 else {
      throw FormatError(.malformed(field: "file", detail: "it is empty"), at: location)
    }
    var best: (any ModelReader)?
    var confidence = ProbeConfidence.none
    for reader in readers {
      let found = reader.probe(candidate)
      if found > confidence { (best, confidence) = (reader, found) }
    }
    if confidence < .magic, let foreign = ForeignFile(candidate) {
      throw FormatError(.foreign(foreign), at: InputLocation(file: source.path))
    }
    guard let best else {
      throw FormatError(
        .malformed(
          field: "file",
          detail: "neither its name nor its first bytes are those of a format that can be read ("
            + formatNames + ")"),
        at: location)
    }
    return best
  }

  private var formatNames: String {
    readers.map { type(of: $0).format.name }.joined(separator: ", ")
  }
}
