public import ByteStore
public import ModelFormats
internal import ModelIR

/// A safetensors file, or a checkpoint of several with an index.
///
/// Elements stay where they are: a tensor is a byte range of its file.
public struct SafetensorsFile: Sendable {
  /// One file of a checkpoint.
  public struct Shard: Sendable {
    /// The name by which the index calls it; empty for a file without an index.
    public var name: String
    /// The file.
    public var source: ByteSource
    /// Its tensors in the order of their bytes.
    public var entries: [SafetensorsEntry]
    /// Its own texts.
    public var metadata: [(key: String, value: String)]
  }

  /// The format's name and endings.
  public static let format = ModelFormat(
    name: "safetensors", fileExtensions: ["safetensors", "safetensors.index.json"])

  /// The file that was opened: the only one, or the index.
  public let source: ByteSource
  /// The files that hold tensors, as the index first names them.
  public private(set) var shards: [Shard]
  /// What the index says besides, as JSON text, without its total size; nil without an index.
  public private(set) var indexMetadata: [(key: String, text: String)]?
  /// What a user should know.
  public private(set) var diagnostics: [Diagnostic]

  /// How likely a file is of this format.
  public static func probe(_ candidate: ProbeCandidate) -> ProbeConfidence {
    if candidate.name.lowercased().hasSuffix(".safetensors.index.json") { return .magic }
    let isNamed = candidate.fileExtension == "safetensors"
    guard candidate.head.count >= 8 else { return isNamed ? .fileExtension : .none }
    let length = candidate.head[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let text = candidate.head[8...].drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
    let isHeader =
      length >= 2 && length <= UInt64(candidate.size - 8) && text.first == UInt8(ascii: "{")
      && [UInt8(ascii: "\""), UInt8(ascii: "}")].contains(text.dropFirst().first ?? 0)
    if isHeader { return .magic }
    return isNamed ? .fileExtension : .none
  }

  /// Reads headers; an index opens the files it names beside it.
  ///
  /// Errors: `FormatError` with the byte or the tensor for every deviation from the format;
  /// `FileAccessError`.
  public init(_ source: ByteSource, options: ReadOptions = ReadOptions()) throws {
    self.source = source
    let candidate = try ProbeCandidate(source)
    // The length of a header makes its second byte a NUL sooner or later, never so in an index.
    let text = candidate.head.drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
    guard text.first == UInt8(ascii: "{"), !candidate.head.prefix(8).contains(0) else {
      if let foreign = ForeignFile(candidate), Self.probe(candidate) < .magic,
        !Self.isOwn(foreign)
      {
        throw FormatError(.foreign(foreign), at: InputLocation(file: source.path))
      }
      let header = try SafetensorsHeader(source, limits: options.limits)
      shards = [
        Shard(name: "", source: source, entries: header.entries, metadata: header.metadata)
      ]
      diagnostics = header.diagnostics
      return
    }
    let index = try SafetensorsIndex(source, limits: options.limits)
    indexMetadata = index.metadata
    shards = []
    diagnostics = []
    for name in index.files {
      let file = try Self.open(name, beside: source, options)
      let header = try SafetensorsHeader(file, limits: options.limits)
      shards.append(
        Shard(name: name, source: file, entries: header.entries, metadata: header.metadata))
      diagnostics += header.diagnostics
    }
    try index.check(shards)
  }

  /// A table of foreign files knows this format by its ending alone.
  private static func isOwn(_ foreign: ForeignFile) -> Bool {
    foreign.kind.contains("safetensors")
  }

  private static func open(
    _ name: String, beside index: ByteSource, _ options: ReadOptions
  ) throws -> ByteSource {
    if let path = options.externalDataOverrides[name] { return try ByteSource(file: path) }
    do {
      return try ContainedPath(name).open(
        beside: index.path, allowingLinksInto: options.symlinkFolders)
    } catch {
      throw FormatError(
        .inaccessible(error),
        at: InputLocation(file: index.path, path: [InputLocation.PathElement("weight_map")]))
    }
  }

  /// All tensors, file by file in the order of their bytes.
  public var entries: [SafetensorsEntry] { shards.flatMap(\.entries) }

  /// The tensors that the IR can hold.
  public var tensors: [NamedTensor] {
    entries.compactMap { entry in
      entry.tensor.map { NamedTensor(name: entry.name, tensor: $0) }
    }
  }

  /// The files besides the one that was opened, by the names that the index gives them.
  public var externalSources: [String: ByteSource] {
    guard indexMetadata != nil else { return [:] }
    return Dictionary(shards.map { ($0.name, $0.source) }) { first, _ in first }
  }
}
