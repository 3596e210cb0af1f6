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

  /// A model and the lines recorded for it, by value.
  struct Record {
    var model: Model
    var inputs: [ValueID: [Int]] = [:]
    var lines: [(name: String, value: ValueID, kind: String, text: String)] = []

    init(_ name: String) throws {
      let source = try ByteSource(file: "\(RecordedShapeTests.models)/\(name).onnx")
      model = try ONNXReader().read(source, options: ReadOptions()).model
      let path = "\(RecordedShapeTests.shapes)/\(name).shapes.txt"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      var byName: [String: ValueID] = [:]
      for position in model.values.indices {
        let value = model.values[position]
        if value.graph == model.mainGraph { byName[value.name] = ValueID(position) }
      }
      for line in text.split(separator: "\n") {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard let value = byName[fields[0]] else { continue }
        if fields[1] == "input" {
          inputs[value] = Record.extents(fields[2])
        } else {
          lines.append((fields[0], value, fields[1], fields[2]))
        }
      }
    }

    static func extents(_ text: String) -> [Int] {
      text.split(separator: ",").compactMap { Int($0) }
    }
  }

  @Test func thereAreRecords() { #expect(Self.names.count >= 8) }

  @Test(arguments: names) func valuesAreAsRecorded(name: String) throws {
    let record = try Record(name)
    let derived = ShapeInference(
      record.model, inputShapes: record.inputs, options: .init(usesStatements: false))
    // With names instead of numbers nothing may become wrong.
    let named = ShapeInference(record.model)
    #expect(derived.findings.isEmpty && named.findings.isEmpty)
    let lines = record.lines.filter { $0.kind != "macs" && $0.kind != "parameters" }
    #expect(!lines.isEmpty)
    for line in lines {
      let extents = Record.extents(line.text)
      #expect(derived.shape(of: line.value) == extents, "\(line.name)")
      #expect(derived.dataType(of: line.value)?.name == line.kind, "\(line.name)")
      guard let dimensions = named.dimensions(of: line.value) else { continue }
      #expect(dimensions.count == extents.count, "\(line.name)")
      for (dimension, extent) in zip(dimensions, extents) {
        #expect(dimension.value == nil || dimension.value == extent, "\(line.name)")
      }
    }
  }

  @Test(arguments: names) func costsAreAsCounted(name: String) throws {
    let record = try Record(name)
    let shapes = ShapeInference(record.model, inputShapes: record.inputs)
    for line in record.lines where line.kind == "macs" || line.kind == "parameters" {
      let node = try #require(record.model.producer(of: line.value))
      let cost = NodeCost(node, in: record.model, shapes: shapes)
      let found = line.kind == "macs" ? cost.multiplyAdds : cost.parameters
      #expect(found == Int(line.text), "\(line.kind) of \(line.name)")
    }
  }
}
