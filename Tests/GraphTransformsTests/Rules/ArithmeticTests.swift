import GraphTransforms
import ModelIR
import Testing

@Suite struct ArithmeticTests {
  /// Conv to 4 channels of 4 by 4, so that a wrong axis fits too.
  private func convolution(_ builder: inout GraphBuilder) -> ValueID {
    let x = builder.input("x", [2, 3, 4, 4])
    return builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])])
  }

  static let perChannel = [[4, 1, 1], [1, 4, 1, 1], [1], [], [1, 1, 1]]

  @Test(arguments: ["Mul", "Div", "Add", "Sub"], perChannel) func foldsPerChannel(
    _ opType: String, _ shape: [Int]
  ) throws {
    for first in [true, false] where !(first && opType == "Div") {
      var builder = GraphBuilder(seed: 7)
      let y = convolution(&builder)
      let k = builder.constant("k", shape)
      builder.output(builder.node(opType, first ? [k, y] : [y, k]))
      try FoldCheck(builder).expectFolded(into: ["Conv"], rule: "conv")
    }
  }

  @Test(arguments: [[4], [4, 1], [1, 4], [1, 1, 4], [2, 1, 1, 1], [4, 4, 1], [1, 4, 4, 4]])
  func keepsOtherAxes(_ shape: [Int]) throws {
    var builder = GraphBuilder()
    let y = convolution(&builder)
    builder.output(builder.node("Mul", [y, builder.constant("k", shape)]))
    let check = try FoldCheck(builder)
    #expect(check.nodes == ["Conv", "Mul"])
    #expect(check.result.journal.isEmpty)
  }

  @Test(arguments: [[1, 1, 4, 1, 1], [1, 1, 1, 1, 1]]) func keepsWhatRaisesTheRank(
    _ shape: [Int]
  ) throws {
    var builder = GraphBuilder()
    let y = convolution(&builder)
    builder.output(builder.node("Mul", [y, builder.constant("k", shape)]))
    let check = try FoldCheck(builder)
    #expect(check.nodes == ["Conv", "Mul"])
  }

  @Test func keepsWhatEnlargesAnExtent() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 3, 4, 4])
    let y = builder.node("Conv", [x, builder.constant("w", [1, 3, 1, 1])])
    builder.output(builder.node("Add", [y, builder.constant("k", [4, 1, 1])]))
    let check = try FoldCheck(builder)
    #expect(check.nodes == ["Conv", "Add"])
  }

  @Test func keepsDivisionByZero() throws {
    var builder = GraphBuilder()
    let y = convolution(&builder)
    builder.output(builder.node("Div", [y, builder.constant("k", [4, 1, 1], [1, 2, 0, 3])]))
    let check = try FoldCheck(builder)
    check.expectKept { $0 == .notFinite(channel: 2) }
  }

  @Test func foldsByTheRulesBeforeOpset7() throws {
    var builder = GraphBuilder(opset: 6, irVersion: 3)
    let y = convolution(&builder)
    let k = builder.constant("k", [4])
    builder.output(
      builder.node("Add", [y, k], ["axis": .int(1), "broadcast": .int(1)]))
    var model = builder.model
    model[y].type = .tensor(.float32, [2, 4, 4, 4].map { .known($0) })
    let result = FoldPass().run(model)
    #expect(FoldCheck.operators(result.model) == ["Conv"])
    #expect(result.sites.first?.isFolded == true)
  }

  /// What precedes no linear node but follows a BatchNormalization goes there.
  @Test func movesIntoTheNormalizationBefore() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 4, 4, 4])
    let first = builder.normalization(builder.node("Relu", [x]), 4, name: "first")
    let scaled = builder.node("Mul", [first, builder.constant("k", [4, 1, 1])])
    let second = builder.normalization(scaled, 4, name: "second")
    builder.output(builder.node("Sub", [builder.constant("s", [1]), second]))
    let check = try FoldCheck(builder)
    #expect(check.nodes == ["Relu", "BatchNormalization"])
    #expect(check.exact <= 1e-12)
    let node = check.result.model[check.result.model[check.result.model.mainGraph].nodes[1]]
    #expect(node.name == "first")
    // Mean and variance are the first one's, and epsilon is not touched.
    #expect(
      node.inputs.dropFirst(3).map { $0.map { check.result.model[$0].name } ?? "" }
        == ["first.mean", "first.variance"])
    #expect(check.result.sites.map(\.isFolded) == [false, true, true, true])
  }

  /// First into the BatchNormalization, which then can go forward as a whole.
  @Test func opensTheWayForWhatItMovedInto() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 4, 4, 4])
    let first = builder.normalization(builder.node("Relu", [x]), 4, name: "first")
    let scaled = builder.node("Mul", [first, builder.constant("k", [4, 1, 1])], name: "scale")
    builder.output(builder.node("Conv", [scaled, builder.constant("w", [2, 4, 3, 3])]))
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["Relu", "Conv"])
    let claim = try #require(check.result.claims.first { $0.role == .weight })
    #expect(claim.steps.map { $0.affine.map { check.original[$0].name } } == [["first", "scale"]])
    // Both went into the Conv in the end.
    for site in check.result.sites {
      guard case .folded(_, let into) = site.outcome else { continue }
      #expect(into.map { check.original[$0].opType } == ["Conv"])
    }
  }

  @Test func twoConstantsBecomeOne() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 4, 4, 4])
    let y = builder.node("Add", [x, builder.constant("a", [4, 1, 1])])
    builder.output(builder.node("Sub", [y, builder.constant("b", [1, 4, 1, 1])]))
    let check = try FoldCheck(builder)
    #expect(check.nodes == ["Add"])
    #expect(check.exact <= 1e-12)

    builder = GraphBuilder()
    let z = builder.input("x", [2, 4, 4, 4])
    let scaled = builder.node("Mul", [builder.constant("a", [4, 1, 1]), z])
    builder.output(builder.node("Div", [scaled, builder.constant("b", [1])]))
    let product = try FoldCheck(builder)
    #expect(product.nodes == ["Mul"])
    #expect(product.exact <= 1e-12)
  }

  @Test func bothBranchesOfASumAreScaled() throws {
    for opType in ["Add", "Sub"] {
      var builder = GraphBuilder(seed: 11)
      let x = builder.input("x", [2, 3, 4, 4])
      let u = builder.node("Conv", [x, builder.constant("u", [4, 3, 1, 1])])
      let v = builder.node("Conv", [x, builder.constant("v", [4, 3, 1, 1])])
      builder.output(builder.normalization(builder.node(opType, [u, v]), 4))
      try FoldCheck(builder).expectFolded(into: ["Conv", "Conv", opType], rule: "conv")
    }
  }

  @Test func aBranchThatIsBroadcastCannotBeScaled() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 3, 4, 4])
    let u = builder.node("Conv", [x, builder.constant("u", [4, 3, 1, 1])])
    let v = builder.node("Conv", [x, builder.constant("v", [1, 3, 1, 1])])
    builder.output(builder.normalization(builder.node("Add", [u, v]), 4))
    try FoldCheck(builder).expectKept {
      if case .broadcastBranch = $0.backward { true } else { false }
    }
  }
}
