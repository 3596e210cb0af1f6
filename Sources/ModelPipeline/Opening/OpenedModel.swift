internal import ByteStore
internal import GraphTransforms
internal import ModelFormats
internal import ModelIR
internal import WeightPairing

/// A model that was read, and the reader that did it.
struct OpenedModel {
  var reader: any ModelReader
  var result: ReadResult
  private let settings: FormatSettings

  /// Opens a model by its content; "-" is the standard input.
  init(_ path: String, _ options: ReadOptions) throws {
    try self.init(
      path == "-" ? StandardStreams.readInput() : ByteSource(file: path), options)
  }

  /// Opens a model that is to be compared with another: weights without a graph are taken for what
  /// the other's are.
  init(_ path: String, _ options: ReadOptions, comparedWith original: OpenedModel) throws {
    let source = path == "-" ? try StandardStreams.readInput() : try ByteSource(file: path)
    if let file = original.result.annex as? WeightFile {
      try self.init(source, options, by: WeightFileReader(pairing: file.islands.pairing))
    } else {
      try self.init(source, options)
    }
  }

  /// Opens a model by its content.
  init(_ source: ByteSource, _ options: ReadOptions) throws {
    try self.init(source, options, by: Formats.registry(options.settings).reader(for: source))
  }

  private init(
    _ source: ByteSource, _ options: ReadOptions, by reader: any ModelReader
  ) throws {
    self.reader = reader
    settings = options.settings
    result = try reader.read(source, options: options)
  }

  var model: Model { result.model }
  var formatName: String { type(of: reader).format.name }
  /// Bytes of the model's files.
  var bytes: Int { result.externalSources.values.reduce(result.source.count) { $0 + $1.count } }
  /// What a user should know.
  var notes: [String] { result.diagnostics.map(\.description) }

  /// The writer that edits files of this kind; nil where they can be read only.
  var writer: (any ModelWriter)? { Formats.writer(for: reader, settings) }

  /// Options of a fold, without what the format's own writer cannot hold.
  func folding(_ options: FoldOptions = FoldOptions()) -> FoldOptions {
    var options = options
    options.excluded.merge(result.kept.mapValues { .excluded($0) }) { first, _ in first }
    options.refusal = options.refusal ?? writer?.refusal(basedOn: result)
    return options
  }
}
