import GraphTransforms
import ModelIR
import Testing

/// Neg is a site of its own: a scale of −1.
@Suite struct NegationTests {
  @Test(arguments: [1, 2, 4], [DataType.float32, .float64]) func goesBackwardWithWhatFollows(
    _ group: Int, _ type: DataType
  ) throws {
    for withBias in [false, true] {
      var builder = GraphBuilder(type: type, seed: 81)
      let x = builder.input("x", [2, 4, 4, 4])
      let w = builder.constant("w", [4, 4 / group, 3, 3])
      let bias = withBias ? builder.constant("b", [4]) : nil
      let c = builder.node("Conv", [x, w, bias], ["group": .int(Int64(group))])
      let n = builder.node("Neg", [c])
      builder.output(builder.normalization(n, 4))
      let check = try FoldCheck(builder)
      check.expectFolded(into: ["Conv"], rule: "conv")
      let claim = try #require(check.result.claims.first { $0.role == .weight })
      #expect(
        claim.steps.flatMap { $0.affine.map { check.original[$0].opType } }.sorted()
          == ["BatchNormalization", "Neg"])
    }
  }

  @Test func goesForwardWithWhatPrecedes() throws {
    var builder = GraphBuilder(seed: 82)
    let x = builder.node("Relu", [builder.input("x", [2, 4, 4, 4])])
    let n = builder.node("Neg", [builder.normalization(x, 4)])
    builder.output(builder.node("Conv", [n, builder.constant("w", [3, 4, 3, 3])]))
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["Relu", "Conv"], tolerance: 1e-5)
    // The sign first became part of the normalization.
    let claim = try #require(check.result.claims.first { $0.role == .weight })
    #expect(
      claim.steps.map { $0.affine.map { check.original[$0].opType } }
        == [["BatchNormalization", "Neg"]])
  }

  /// A sign passes zero padding, and a product on rows as well as a transposed convolution.
  @Test func goesIntoEveryLinearOperator() throws {
    var builder = GraphBuilder(seed: 83)
    let x = builder.node("Neg", [builder.node("Relu", [builder.input("x", [2, 4, 4, 4])])])
    builder.output(
      builder.node(
        "Conv", [x, builder.constant("w", [3, 4, 3, 3])], ["pads": .ints([1, 1, 1, 1])]))
    try FoldCheck(builder).expectFolded(into: ["Relu", "Conv"], rule: "conv-forward")

    builder = GraphBuilder(seed: 84)
    let m = builder.node("MatMul", [builder.input("x", [5, 4]), builder.constant("w", [4, 6])])
    builder.output(builder.node("Neg", [m]))
    try FoldCheck(builder).expectFolded(into: ["MatMul"], rule: "matmul")

    builder = GraphBuilder(seed: 85)
    let t = builder.node(
      "ConvTranspose", [builder.input("x", [2, 4, 3, 3]), builder.constant("w", [4, 2, 2, 2])],
      ["group": .int(2)])
    builder.output(builder.node("Neg", [t]))
    try FoldCheck(builder).expectFolded(into: ["ConvTranspose"], rule: "conv-transpose")
  }

  @Test func isKeptBehindWhatIsNotLinear() throws {
    var builder = GraphBuilder(seed: 86)
    let x = builder.input("x", [2, 4, 4, 4])
    let c = builder.node("Conv", [x, builder.constant("w", [4, 4, 1, 1])])
    builder.output(builder.node("Neg", [builder.node("Relu", [c])]))
    let check = try FoldCheck(builder)
    #expect(check.nodes == ["Conv", "Relu", "Neg"])
    #expect(check.result.journal.isEmpty)
    // A Neg that stays is no news.
    #expect(check.result.sites.isEmpty)
  }

  /// Whole numbers have no weights that a fold may write.
  @Test func isKeptAmongWholeNumbers() throws {
    var builder = GraphBuilder(type: .int64, seed: 87)
    let x = builder.input("x", [2, 4])
    let k = builder.model.addInitializer(
      "k", try #require(Tensor([Int64](repeating: 3, count: 4), shape: .vector(4))),
      to: builder.model.mainGraph)
    builder.output(builder.node("Neg", [builder.node("Mul", [x, k])]))
    let result = FoldPass().run(builder.model)
    #expect(result.journal.isEmpty)
  }
}
