import ByteStore
import GraphEvaluation
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import DarknetFormat

/// A lowered network computes what Darknet does, layer by layer.
struct DarknetLoweringTests {
  /// Root mean square of the difference relative to that of the expected numbers.
  private func difference(_ found: [Double], _ expected: [Double]) -> Double {
    #expect(found.count == expected.count)
    let error = zip(found, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let size = expected.reduce(0) { $0 + $1 * $1 }
    return (error / max(size, 1e-300)).squareRoot()
  }

  /// What every layer makes, at the places that are recorded.
  private func run(
    _ name: String, _ normalization: DarknetOptions.Normalization, _ precision: EvaluationPrecision
  ) throws -> [[Double]] {
    let result = try DarknetRecorded.read(name, normalization)
    let file = try #require(result.annex as? DarknetFile)
    var lowering = DarknetLowering(file.network, file.weights, makeOptions(normalization))
    var model = try lowering.run()
    model[model.mainGraph].outputs = lowering.made
    let runner = GraphRunner(model: model, precision: precision)
    let input = try RuntimeTensor(try DarknetRecorded.input(name), precision: precision)
    let data = model[model.mainGraph].inputs[0]
    let values = try runner.run([data: input])
    return try lowering.made.map { value in
      let all = try #require(values[value]).doubles()
      return stride(from: 0, to: all.count, by: max(1, all.count / 40)).map { all[$0] }
    }
  }

  private func makeOptions(_ normalization: DarknetOptions.Normalization) -> DarknetOptions {
    var options = DarknetOptions()
    options.normalization = normalization
    return options
  }

  @Test(
    arguments: DarknetRecorded.names,
    [DarknetOptions.Normalization.alexeyab, .pjreddieCPU, .openCV]
  ) func everyLayer(name: String, normalization: DarknetOptions.Normalization) throws {
    let layers = try DarknetRecorded.layers(name)
    let found = try run(name, normalization, .double)
    #expect(found.count == layers.count)
    // The variance that stands for pjreddie's formula is rounded to float32.
    let bound = normalization == .pjreddieCPU ? 1e-6 : 1e-11
    for (index, layer) in layers.enumerated() {
      let expected = try #require(layer.expected[normalization.rawValue])
      #expect(difference(found[index], expected) < bound, "layer \(index), \(layer.type)")
    }
  }

  /// By OpenCV's formula the numbers are OpenCV's; by the others they are not.
  @Test(arguments: ["yolov2", "yolov3", "yolov4", "yolov4-tiny", "efficientnet"])
  func openCV(name: String) throws {
    let layers = try DarknetRecorded.layers(name)
    let own = try run(name, .openCV, .stored)
    let others = try [.alexeyab, .pjreddieCPU].map { try run(name, $0, .stored) }
    var compared = 0
    for (index, layer) in layers.enumerated() {
      guard let expected = layer.opencv else { continue }
      compared += 1
      #expect(difference(own[index], expected) <= 4e-6, "layer \(index)")
      for other in others {
        #expect(difference(other[index], expected) > 2e-5, "layer \(index)")
      }
    }
    #expect(compared > 5)
  }

  @Test(arguments: ["yolov2", "yolov3", "yolov4-tiny", "coordinates"])
  func decodedBoxes(name: String) throws {
    let model = try DarknetRecorded.read(name, decodes: true).model
    try model.validate()
    let runner = GraphRunner(model: model, precision: .double)
    let input = try RuntimeTensor(try DarknetRecorded.input(name), precision: .double)
    let values = try runner.run([model[model.mainGraph].inputs[0]: input])
    let expected = try DarknetRecorded.layers(name).compactMap(\.decoded)
    let outputs = model[model.mainGraph].outputs
    #expect(outputs.count == expected.count && !expected.isEmpty)
    for (output, numbers) in zip(outputs, expected) {
      let found = try #require(values[output]).doubles()
      let sampled = stride(from: 0, to: found.count, by: max(1, found.count / 40)).map { found[$0] }
      // The grid and the anchors are rounded to float32.
      #expect(difference(sampled, numbers) < 1e-6)
    }
  }

  @Test func namesAndOutputs() throws {
    let model = try DarknetRecorded.read("yolov3").model
    let graph = model[model.mainGraph]
    #expect(graph.inputs.map { model[$0].name } == ["data"])
    #expect(graph.outputs.map { model[$0].name } == ["11_yolo", "18_yolo"])
    #expect(model.values.contains { $0.name == "0.rolling_variance" })
    try model.validate()
    for name in DarknetRecorded.names { try DarknetRecorded.read(name).model.validate() }
  }
}
