import ByteStore
import Foundation
import ModelFormats
import ModelIR
import ONNXFormat
import Operators
import TestSupport
import Testing

/// Every value of the samples has the type and shape that onnxruntime gives it
/// (Tests/Recipes/intermediate_shapes.py records them).
@Suite struct RecordedShapeTests {
  static let models = "\(Samples.repository)/samples"
  static let shapes = "\(Samples.repository)/Tests/Fixtures/Shapes"
  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: shapes)) ?? [])
    .filter { $0.hasSuffix(".shapes.txt") }.map { String($0.dropLast(".shapes.txt".count)) }
    .sorted()

  @Test func thereAreRecords() { #expect(Self.names.count >= 8) }

  @Test(arguments: names) func valuesAreAsRecorded(name: String) throws {
    let source = try ByteSource(file: "\(Self.models)/\(name).onnx")
    let model = try ONNXReader().read(source, options: ReadOptions()).model
    let text = try String(contentsOfFile: "\(Self.shapes)/\(name).shapes.txt", encoding: .utf8)
    let byName = Dictionary(
      model.values.indices.map { (model.values[$0].name, ValueID($0)) }
        .filter { model[$0.1].graph == model.mainGraph },
      uniquingKeysWith: { first, _ in first })
    var inputs: [ValueID: [Int]] = [:]
    var records: [(name: String, value: ValueID, type: String, shape: [Int])] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      let shape = fields[2].split(separator: ",").compactMap { Int($0) }
      guard let value = byName[String(fields[0])] else { continue }
      if fields[1] == "input" {
        inputs[value] = shape
      } else {
        records.append((String(fields[0]), value, String(fields[1]), shape))
      }
    }
    #expect(!records.isEmpty)
    let derived = ShapeInference(
      model, inputShapes: inputs, options: .init(usesStatements: false))
    #expect(derived.findings.isEmpty)
    for record in records {
      #expect(derived.shape(of: record.value) == record.shape, "\(record.name)")
      #expect(derived.dataType(of: record.value)?.name == record.type, "\(record.name)")
    }
    // With names instead of numbers nothing may become wrong.
    let named = ShapeInference(model)
    for record in records {
      guard let dimensions = named.dimensions(of: record.value) else { continue }
      #expect(dimensions.count == record.shape.count, "\(record.name)")
      for (dimension, extent) in zip(dimensions, record.shape) {
        #expect(dimension.value == nil || dimension.value == extent, "\(record.name)")
      }
    }
  }
}
