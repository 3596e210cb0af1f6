internal import ByteStore
internal import IDXFormat
internal import ModelFormats
internal import ModelIR
internal import NumPyFormat

/// A file of arrays as a user names it: FILE, or NAME=FILE.
struct DataFile {
  let source: ByteSource
  /// The arrays, each with the name of its input; nil where nothing says which.
  let arrays: [(name: String?, tensor: Tensor)]
  /// Whether the user said which input it is for.
  let isNamed: Bool

  /// Opens a file; a path that exists is one, whatever signs are in it.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `PipelineError`.
  init(_ argument: String) throws {
    let (name, source) = try NamedFile.open(argument)
    let found = try Self.read(source)
    if name != nil, found.count != 1 {
      throw PipelineError(
        .usage, "\(source.path) has \(found.count) arrays; NAME=FILE takes one")
    }
    self.source = source
    isNamed = name != nil
    arrays = found.map { (name ?? ($0.name.isEmpty ? nil : $0.name), $0.tensor) }
  }

  /// The arrays of a file, by its content: NumPy's or IDX.
  static func read(_ source: ByteSource) throws -> [NamedTensor] {
    let candidate = try ProbeCandidate(source)
    if NumPyFile.probe(candidate) < .plausibleContent, IDXFile.probe(candidate) > .none {
      return [NamedTensor(name: "", tensor: try IDXFile.read(source))]
    }
    return try NumPyFile.read(source)
  }
}
