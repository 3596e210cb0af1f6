public import ByteStore
public import ModelFormats
public import ModelIR

extension ONNXWriter {
  /// A file with the header of a model, these properties, and an empty graph: what a model that
  /// comes from another format is based on when it is written.
  ///
  /// Errors: none that a model of this library could cause.
  public static func blank(
    for model: Model, properties: [(key: String, value: String)] = []
  ) throws -> ReadResult {
    func number(_ field: Int, _ value: Int) -> [UInt8] {
      WireEncoding.varint(UInt64(field) << 3) + WireEncoding.varint(UInt64(max(0, value)))
    }
    func text(_ field: Int, _ value: String) -> [UInt8] {
      value.isEmpty ? [] : WireEncoding.record(field: field, Array(value.utf8))
    }
    typealias Field = ONNXFields.Model
    var bytes = number(Field.irVersion, model.header.irVersion)
    bytes += text(Field.producerName, model.header.producerName)
    bytes += text(Field.producerVersion, model.header.producerVersion)
    bytes += WireEncoding.record(
      field: Field.graph, text(ONNXFields.Graph.name, model[model.mainGraph].name))
    for (domain, version) in model.opsets.sorted(by: { $0.key < $1.key }) {
      bytes += WireEncoding.record(field: Field.opsetImport, text(1, domain) + number(2, version))
    }
    for (key, value) in properties {
      bytes += WireEncoding.record(
        field: Field.metadataProperties,
        text(ONNXFields.Entry.key, key) + text(ONNXFields.Entry.value, value))
    }
    return try ONNXReader().read(ByteSource(bytes, path: "<new model>"), options: ReadOptions())
  }
}

/// The free texts that a model carries.
public enum ONNXProperties {
  /// The value of a property of a file; nil where it has none of this name.
  ///
  /// Errors: `FormatError`, `FileAccessError`.
  public static func value(of key: String, in source: ByteSource) throws -> String? {
    var window = try ByteWindow(source)
    var offset = 0
    while offset < source.count {
      let record = try window.record(at: offset, end: source.count)
      offset = record.range.upperBound
      guard record.number == ONNXFields.Model.metadataProperties,
        record.wireType == .lengthDelimited
      else { continue }
      var inner = record.body.lowerBound
      var texts: [Int: String] = [:]
      while inner < record.body.upperBound {
        let field = try window.record(at: inner, end: record.body.upperBound)
        inner = field.range.upperBound
        if field.wireType == .lengthDelimited {
          texts[field.number] = try window.string(field.body)
        }
      }
      if texts[ONNXFields.Entry.key] == key { return texts[ONNXFields.Entry.value] ?? "" }
    }
    return nil
  }
}
