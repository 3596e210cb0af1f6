import GraphTransforms
import ModelIR
import Testing

@Suite struct InferenceEditTests {
  /// x → Conv → BatchNormalization in training mode → y, with further outputs.
  private func builder(
    opset: Int, attributes: [String: AttributeValue] = [:], outputs: Int
  ) -> GraphBuilder {
    var builder = GraphBuilder(opset: opset)
    let x = builder.input("x", [1, 3, 4, 4])
    let c = builder.node("Conv", [x, builder.constant("w", [3, 3, 1, 1])], name: "conv")
    let parameters = ["gamma", "beta", "mean"].map { builder.constant($0, [3]) }
    let variance = builder.constant("variance", [3], [0.5, 1, 2])
    let y = builder.node(
      "BatchNormalization", [c] + parameters.map { $0 } + [variance], attributes, name: "bn",
      outputs: outputs)
    builder.output(y)
    return builder
  }

  @Test(arguments: [
    (6, [String: AttributeValue](), 1), (6, [:], 5), (9, [:], 5), (9, [:], 3),
    (15, ["training_mode": .int(1)], 3), (15, ["training_mode": .int(1)], 1),
  ])
  func trainingModeIsTakenAsInference(
    opset: Int, attributes: [String: AttributeValue], outputs: Int
  ) throws {
    var model = try builder(opset: opset, attributes: attributes, outputs: outputs).finished()
    #expect(!FoldPass().run(model).sites[0].isFolded)
    let notes = try InferenceEdit().apply(to: &model)
    #expect(notes.count == 1)
    #expect(notes.first?.contains("\"bn\"") == true)
    try model.validate()
    let result = FoldPass().run(model)
    #expect(result.sites[0].isFolded, "\(result.sites[0].outcome)")
    // A second time there is nothing to do.
    #expect(try InferenceEdit().apply(to: &model) == [])
  }

  @Test func inferenceStaysAsItIs() throws {
    var model = try builder(opset: 15, outputs: 1).finished()
    #expect(try InferenceEdit().apply(to: &model) == [])
  }

  /// Running statistics that leave the model would be gone.
  @Test func statisticsThatAreReadStopIt() throws {
    var builder = builder(opset: 15, attributes: ["training_mode": .int(1)], outputs: 3)
    let running = try #require(
      builder.model.values.indices.map { ValueID($0) }.first {
        builder.model[$0].name == "bn_out1"
      })
    builder.output(running)
    var model = try builder.finished()
    let error = #expect(throws: ModelEditError.self) { try InferenceEdit().apply(to: &model) }
    #expect(error?.description.contains("\"bn_out1\"") == true)
  }
}
