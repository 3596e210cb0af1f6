internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// A model that was read, and the reader that did it.
struct OpenedModel {
  var reader: any ModelReader
  var result: ReadResult

  /// Opens a model by its content; "-" is the standard input.
  init(_ path: String, _ options: ReadOptions) throws {
    let source = path == "-" ? try StandardStreams.readInput() : try ByteSource(file: path)
    reader = try Formats.registry.reader(for: source)
    result = try reader.read(source, options: options)
  }

  var model: Model { result.model }
  var formatName: String { type(of: reader).format.name }
  /// Bytes of the model's files.
  var bytes: Int { result.externalSources.values.reduce(result.source.count) { $0 + $1.count } }
  /// What a user should know.
  var notes: [String] { result.diagnostics.map(\.description) }
}
