import ModelFormats
import TestSupport
import Testing

@testable import ONNXFormat

/// A field of schemas/onnx.proto.
private struct Declared {
  var message: String
  var isRepeated: Bool
  var type: String
  var name: String
  var number: Int
}

/// All fields of a schema, nested messages by their dotted names.
private func fields(of schema: String) -> [Declared] {
  var path: [String] = []
  var result: [Declared] = []
  for line in schema.split(separator: "\n") {
    let words = line.split(whereSeparator: { " ;={".contains($0) }).map(String.init)
    if words.isEmpty || words[0].hasPrefix("//") || words[0] == "reserved" { continue }
    if ["message", "enum", "oneof"].contains(words[0]) {
      path.append(words[0] == "message" ? words[1] : words[0])
    } else if words[0] == "}" {
      path.removeLast()
    } else if !path.isEmpty, !path.contains("enum") {
      let label = words[0] == "repeated" || words[0] == "optional" ? 1 : 0
      guard words.count >= label + 3, let number = Int(words[label + 2]) else { continue }
      let message = path.filter { $0 != "oneof" }.joined(separator: ".")
      result.append(
        Declared(
          message: message, isRepeated: words[0] == "repeated", type: words[label],
          name: words[label + 1], number: number))
    }
  }
  return result
}

@Suite("The scanner's table of ONNX")
struct ONNXSchemaTests {
  @Test("Every field of the schema is in the table, with its name, number and type")
  func complete() throws {
    let declared = fields(of: try TestFiles.text(Samples.file("../schemas/onnx.proto")))
    #expect(declared.count > 130)
    var covered = 0
    for field in declared {
      let message = try #require(
        ONNXSchema.schema.messages.first { $0.name == field.message }, "\(field.message)")
      let entry = try #require(message[field.number], "\(field.message).\(field.name)")
      #expect(entry.name == field.name)
      #expect(entry.isRepeated == field.isRepeated, "\(field.message).\(field.name)")
      #expect(fits(entry.content, field), "\(field.message).\(field.name)")
      covered += 1
    }
    // And nothing else: all but the entries of metadata, which have a kind of their own there.
    let listed = ONNXSchema.schema.messages.filter { $0.name != "Metadata" }
    #expect(listed.reduce(0) { $0 + $1.fields.count } == covered)
  }

  private func fits(_ content: ProtobufSchema.Content, _ field: Declared) -> Bool {
    switch content {
    case .message(let name):
      let type = name == "Metadata" ? "StringStringEntryProto" : name
      return type == field.type || type == "\(field.message).\(field.type)"
        || type.hasSuffix("." + field.type)
    case .string, .text: return field.type == "string"
    case .bytes, .payloadBytes: return field.type == "bytes"
    case .number(.varint), .payload(.varint):
      return ["int32", "int64", "uint64", "DataLocation", "AttributeType"].contains(field.type)
    case .number(.fixed32), .payload(.fixed32): return field.type == "float"
    case .number(.fixed64), .payload(.fixed64): return field.type == "double"
    }
  }
}
