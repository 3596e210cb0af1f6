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

  /// Constants along the channels, for all of them alike, and for each element; the first takes
  /// the shift.
  @Test(
    arguments: [
      [[1, 4, 1, 1]], [[]], [[1]], [[4, 1, 1], [2, 4, 4, 4]], [[1, 1, 4], [1, 4, 1, 1]],
    ], [DataType.float32, .float64])
  func constantsOfASumTakeTheirPart(_ shapes: [[Int]], _ type: DataType) throws {
    for isFirst in [false, true] {
      var builder = GraphBuilder(type: type, seed: 75)
      let x = builder.input("x", [2, 3, 4, 4])
      let c = builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])])
      let constants = shapes.map { builder.constant("k", $0) }
      let sum = builder.node("Sum", isFirst ? constants + [c] : [c] + constants)
      builder.output(builder.normalization(sum, 4))
      try FoldCheck(builder).expectFolded(into: ["Conv", "Sum"], rule: "sum+conv")
    }
  }

  /// What only adds ends in the constant, whatever the branches are.
  @Test func aConstantOfASumTakesAShiftAlone() throws {
    var builder = GraphBuilder(seed: 76)
    let r = builder.node("Relu", [builder.input("x", [2, 4, 4, 4])])
    let sum = builder.node("Sum", [r, builder.constant("k", [4, 1, 1])])
    builder.output(builder.node("Sub", [sum, builder.constant("s", [4, 1, 1])]))
    try FoldCheck(builder).expectFolded(into: ["Relu", "Sum"], rule: "sum")
  }

  @Test func aBroadcastBranchOfASum() throws {
    for rank in [4, 3] {
      var builder = GraphBuilder(seed: 77)
      let x = builder.input("x", [2, 3, 4, 4])
      let c = builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])])
      let other =
        rank == 4
        ? builder.node("Conv", [x, builder.constant("v", [1, 3, 1, 1])])
        : builder.node("MatMul", [builder.input("y", [1, 4, 3]), builder.constant("v", [3, 4])])
      builder.output(builder.normalization(builder.node("Sum", [c, other]), 4))
      try FoldCheck(builder).expectKept {
        if case .broadcastBranch? = $0.backward { true } else { false }
      }
    }
  }

  /// A vector in the place of a scalar constant would give the result an axis.
  @Test func aScalarResultKeepsItsRank() throws {
    for opType in ["Add", "Sum"] {
      var builder = GraphBuilder(seed: 79)
      let sum = builder.node(opType, [builder.input("x", []), builder.constant("k", [])])
      builder.output(builder.node("Add", [sum, builder.constant("s", [])]))
      let check = try FoldCheck(builder)
      #expect(check.nodes == [opType, "Add"])
      #expect(check.result.journal.isEmpty)
    }
  }

  // MARK: Constants of Concat

  /// Axis of the Concat, shape of its constant.
  @Test(
    arguments: [(1, [2, 3, 4, 4]), (2, [2, 4, 1, 4]), (-1, [2, 4, 4, 5]), (0, [1, 4, 4, 4])],
    [DataType.float32, .float64])
  func aConstantOfAConcatTakesItsPart(_ place: (axis: Int, shape: [Int]), _ type: DataType) throws {
    for isFirst in [false, true] {
      var builder = GraphBuilder(type: type, seed: 91)
      let x = builder.input("x", [2, 3, 4, 4])
      let c = builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])])
      let k = builder.constant("k", place.shape)
      let joined = builder.node(
        "Concat", isFirst ? [k, c] : [c, k], ["axis": .int(Int64(place.axis))])
      builder.output(builder.normalization(joined, place.axis == 1 ? 7 : 4))
      try FoldCheck(builder).expectFolded(into: ["Conv", "Concat"], rule: "concat+conv")
    }
  }

  /// A constant that is used elsewhere too must stay what it is there.
  @Test func aSharedConstantOfAConcatIsCopied() throws {
    var builder = GraphBuilder(seed: 92)
    let x = builder.input("x", [2, 3, 4, 4])
    let k = builder.constant("k", [2, 3, 4, 4])
    let c = builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])])
    let joined = builder.node("Concat", [c, k], ["axis": .int(1)])
    builder.output(builder.normalization(joined, 7))
    builder.output(builder.node("Mul", [x, k]))
    try FoldCheck(builder).expectFolded(into: ["Conv", "Concat", "Mul"])

    var options = FoldOptions()
    options.noDuplicate = true
    try FoldCheck(builder, options).expectKept {
      if case .sharedWeight(let blocker, "k")? = $0.backward {
        blocker.opType == "Concat"
      } else {
        false
      }
    }
  }

  @Test func aConstantOfAConcatThatMayBeFedIsNone() throws {
    var builder = GraphBuilder(seed: 93)
    let x = builder.input("x", [2, 3, 4, 4])
    let c = builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])])
    let k = builder.constant("k", [2, 3, 4, 4])
    builder.model[k].isGraphInput = true
    builder.model[builder.model.mainGraph].inputs.append(k)
    let joined = builder.node("Concat", [c, k], ["axis": .int(1)])
    builder.output(builder.normalization(joined, 7))
    try FoldCheck(builder).expectKept {
      if case .graphInput(value: "k")? = $0.backward { true } else { false }
    }
  }
}
