import GraphTransforms
import ModelIR
import Testing

/// Reasons that come of the path as a whole, and sums of many branches.
@Suite struct DeclineTests {
  @Test func aPathMayBeLongButNotEndless() throws {
    for (count, folds) in [(1000, true), (1100, false)] {
      var builder = GraphBuilder(seed: 71)
      var value = builder.node(
        "Conv", [builder.input("x", [1, 2, 2, 2]), builder.constant("w", [2, 2, 1, 1])])
      for _ in 0..<count { value = builder.node("Identity", [value]) }
      builder.output(builder.normalization(value, 2))
      let result = FoldPass().run(builder.model)
      guard !folds else {
        #expect(result.sites.map(\.isFolded) == [true])
        continue
      }
      guard case .kept(let reason)? = result.sites.first?.outcome,
        case .pathTooLong(let blocker)? = reason.backward
      else {
        Issue.record("\(result.sites)")
        continue
      }
      #expect(blocker.opType == "Identity")
    }
  }

  /// Both halves come from one Split: its input would have to be scaled in two ways at once.
  @Test func pathsThatMeetInANode() throws {
    var builder = GraphBuilder(seed: 72)
    let c = builder.node(
      "Conv", [builder.input("x", [1, 4, 3, 3]), builder.constant("w", [4, 4, 1, 1])])
    let first = builder.node(
      "Split", [c, builder.integers("parts", [2, 2])], ["axis": .int(1)], outputs: 2)
    let split = try #require(builder.model.producer(of: first))
    let second = try #require(builder.model[split].output(1))
    let joined = builder.node("Concat", [second, first], ["axis": .int(1)])
    builder.output(builder.normalization(joined, 4))
    try FoldCheck(builder).expectKept {
      if case .pathsMeet(let blocker)? = $0.backward { blocker.opType == "Split" } else { false }
    }
  }

  /// Two products without a bias would need an Add each, and only the site's own node goes.
  @Test func neverMoreNodes() throws {
    var builder = GraphBuilder(seed: 73)
    let x = builder.input("x", [1, 3, 4])
    let branches = (0..<2).map { _ in
      builder.node("MatMul", [x, builder.constant("w", [4, 2])])
    }
    let joined = builder.node("Concat", branches.map { $0 }, ["axis": .int(2)])
    let turned = builder.node("Transpose", [joined], ["perm": .ints([0, 2, 1])])
    builder.output(builder.normalization(turned, 4))
    try FoldCheck(builder).expectKept { $0.backward == .moreNodes }
  }

  // MARK: Sum

  @Test(arguments: [1, 2, 3]) func everyBranchOfASumIsScaled(_ count: Int) throws {
    var builder = GraphBuilder(seed: 74)
    let x = builder.input("x", [2, 3, 4, 4])
    let branches = (0..<count).map { _ in
      builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])])
    }
    builder.output(builder.normalization(builder.node("Sum", branches.map { $0 }), 4))
    let check = try FoldCheck(builder)
    check.expectFolded(into: branches.map { _ in "Conv" } + ["Sum"], rule: "conv")
  }

  @Test func aSumWithAConstantOrABroadcastBranch() throws {
    for (weight, constant) in [([1, 3, 1, 1], false), ([4, 3, 1, 1], true)] {
      var builder = GraphBuilder(seed: 75)
      let x = builder.input("x", [2, 3, 4, 4])
      let c = builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])])
      let other =
        constant
        ? builder.constant("k", [1, 4, 1, 1])
        : builder.node("Conv", [x, builder.constant("v", weight)])
      builder.output(builder.normalization(builder.node("Sum", [c, other]), 4))
      try FoldCheck(builder).expectKept {
        switch $0.backward {
        case .broadcastBranch?: !constant
        case .unsupportedForm?: constant
        default: false
        }
      }
    }
  }
}
