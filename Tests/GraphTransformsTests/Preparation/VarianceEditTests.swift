import GraphTransforms
import ModelIR
import Testing

@Suite struct VarianceEditTests {
  private func model(_ variance: [Double], epsilon: Float? = nil) -> (Model, ValueID) {
    var builder = GraphBuilder(seed: 70)
    let x = builder.input("x", [1, 3, 4, 4])
    let c = builder.node("Conv", [x, builder.constant("w", [3, 3, 1, 1])])
    let v = builder.constant("v", [3], variance)
    let y = builder.node(
      "BatchNormalization",
      [c, builder.constant("g", [3]), builder.constant("b", [3]), builder.constant("m", [3]), v],
      epsilon.map { ["epsilon": .float($0)] } ?? [:], name: "bn")
    builder.output(y)
    return (builder.model, v)
  }

  @Test func badChannelsBecomeZeroAndAreTold() throws {
    var (model, _) = model([0.5, -0.25, -2e-5])
    let before = FoldPass().run(model)
    guard case .kept(.badVariance(channel: 1, _)) = before.sites[0].outcome else {
      Issue.record("\(before.sites)")
      return
    }
    let notes = try VarianceEdit().apply(to: &model)
    #expect(notes.count == 1)
    #expect(notes[0].contains("bn") && notes[0].contains("1: -0.25"))
    try model.validate()
    let node = try #require(model.nodes.compactMap { $0 }.first { $0.opType != "Conv" })
    let tensor = try #require(node.input(4).flatMap { model[$0].initializer })
    #expect(try tensor.doubles() == [0.5, 0, 0])
    let result = FoldPass().run(model)
    #expect(result.sites.map(\.isFolded) == [true])
    // scale = gamma / √1e-5 in the channels that were clamped.
    #expect(try VarianceEdit().apply(to: &model).isEmpty)
  }

  /// What is small but positive, what is not a number, and what zero would not cure stay.
  @Test func othersStay() throws {
    for (variance, epsilon) in [
      ([0.5, 1e-30, 0], nil), ([0.5, -5e-6, 1], nil), ([0.5, .nan, 1], nil),
      ([-1, 1, 1], Float(0)),
    ] as [([Double], Float?)] {
      var (model, v) = model(variance, epsilon: epsilon)
      #expect(try VarianceEdit().apply(to: &model).isEmpty)
      #expect(model[v].initializer != nil)
    }
  }
}
