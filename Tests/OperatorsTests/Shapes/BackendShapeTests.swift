import ByteStore
import Foundation
import GraphEvaluation
import ModelFormats
import ModelIR
import ONNXFormat
import Operators
import Testing

/// Shapes that ONNX's own backend tests give are what inference says, or less.
@Suite struct BackendShapeTests {
  static let root = ProcessInfo.processInfo.environment["BNFOLD_ONNX_TEST_DATA"]

  /// One case: the model with its inputs' shapes, and what its outputs are.
  struct Case {
    var model: Model
    var inputShapes: [ValueID: [Int]] = [:]
    var outputs: [ValueID: Tensor] = [:]

    init(folder: String) throws {
      model = try ONNXReader().read(ByteSource(file: "\(folder)/model.onnx"), options: .init())
        .model
      let data = "\(folder)/test_data_set_0"
      for (position, input) in model[model.mainGraph].inputs.enumerated() {
        guard let tensor = try? Case.tensor("\(data)/input_\(position).pb") else { continue }
        inputShapes[input] = tensor.shape.dimensions
        // Targets, axes, scales and the like count as stored.
        guard tensor.shape.rank <= 1 else { continue }
        model[input].initializer = tensor
        model[input].isGraphInput = false
      }
      let stored = Set(inputShapes.keys.filter { model[$0].initializer != nil })
      model[model.mainGraph].inputs.removeAll { stored.contains($0) }
      for (position, output) in model[model.mainGraph].outputs.enumerated() {
        guard let tensor = try? Case.tensor("\(data)/output_\(position).pb") else { continue }
        outputs[output] = tensor
      }
    }

    static func tensor(_ path: String) throws -> Tensor {
      try ONNXTensorFile(ByteSource(file: path)).tensor
    }
  }

  // How many outputs are known whole; others depend on data, or are of operators outside the
  // standard.
  @Test(
    .enabled(if: root != nil),
    arguments: [
      ("node", 1838), ("simple", 15), ("pytorch-converted", 82), ("pytorch-operator", 38),
    ], [false, true])
  func outputsAreWhatInferenceSays(group: (String, known: Int), evaluates: Bool) throws {
    let folder = "\(try #require(Self.root))/\(group.0)"
    var found = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let test = try Case(folder: "\(folder)/\(name)")
      let shapes = ShapeInference(
        test.model, inputShapes: test.inputShapes,
        constants: evaluates ? KernelConstantEvaluator() : nil,
        options: .init(usesStatements: false))
      #expect(shapes.findings.isEmpty, "\(name)")
      for (output, tensor) in test.outputs where test.model[output].type?.dataType != nil {
        let type = shapes.dataType(of: output)
        #expect(type == nil || type == tensor.dataType, "\(name)")
        guard let dimensions = shapes.dimensions(of: output) else { continue }
        let actual = tensor.shape.dimensions
        #expect(
          dimensions.count == actual.count
            && zip(dimensions, actual).allSatisfy { $0.value == nil || $0.value == $1 },
          "\(name): \(dimensions) is not \(actual)")
        if shapes.shape(of: output) != nil, type != nil { found += 1 }
      }
    }
    #expect(found >= group.known)
  }

  // MACs in millions as published: onnx/models' tables and the papers of the networks, at the
  // input sizes of these files.
  @Test(
    .enabled(if: root != nil),
    arguments: [
      ("bvlc_alexnet", 650...730), ("densenet121", 2800...2900), ("inception_v1", 1400...1600),
      ("resnet50", 3800...4150), ("shufflenet", 120...150), ("squeezenet", 340...360),
      ("vgg19", 19500...19700), ("zfnet512", 1100...1600), ("inception_v2", 1900...2100),
    ])
  func wholeNetworks(name: String, millions: ClosedRange<Int>) throws {
    let path = "\(try #require(Self.root))/light/light_\(name).onnx"
    let model = try ONNXReader().read(ByteSource(file: path), options: .init()).model
    let shapes = ShapeInference(model, options: .init(usesStatements: false))
    #expect(shapes.findings.isEmpty)
    for id in model[model.mainGraph].nodes {
      for output in model[id].outputs.compactMap({ $0 }) {
        #expect(shapes.shape(of: output) != nil, "\(model[output].name)")
      }
    }
    let cost = GraphCost(model.mainGraph, in: model, shapes: shapes)
    #expect(cost.isComplete)
    #expect(millions.contains(cost.multiplyAdds / 1_000_000), "\(cost.multiplyAdds)")
  }
}
