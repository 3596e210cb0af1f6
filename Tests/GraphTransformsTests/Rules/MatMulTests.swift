import GraphTransforms
import ModelIR
import ModelVerification
import Testing

@Suite struct MatMulTests {
  @Test func atRankTwoBecomesAGemm() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [3, 4])
    let y = builder.node("MatMul", [x, builder.constant("w", [4, 5])], name: "linear")
    builder.output(builder.normalization(y, 5))
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["Gemm"], rule: "matmul")
    let node = check.result.model[check.result.model[check.result.model.mainGraph].nodes[0]]
    #expect(node.name == "linear")
  }

  @Test(arguments: [[5], [1, 5], [1], [], [3, 5]]) func withAddKeepsBoth(_ shape: [Int]) throws {
    for first in [true, false] {
      var builder = GraphBuilder()
      let x = builder.input("x", [3, 4])
      let y = builder.node("MatMul", [x, builder.constant("w", [4, 5])])
      let c = builder.constant("c", shape)
      let z = builder.node("Add", first ? [c, y] : [y, c])
      builder.output(builder.normalization(z, 5))
      try FoldCheck(builder).expectFolded(into: ["MatMul", "Add"], rule: "add+matmul")
    }
  }

  @Test func withSubKeepsBoth() throws {
    for first in [true, false] {
      var builder = GraphBuilder()
      let x = builder.input("x", [3, 4])
      let y = builder.node("MatMul", [x, builder.constant("w", [4, 5])])
      let c = builder.constant("c", [5])
      builder.output(
        builder.normalization(builder.node("Sub", first ? [c, y] : [y, c]), 5))
      let check = try FoldCheck(builder)
      check.expectFolded(into: ["MatMul", first ? "Sub" : "Add"])
    }
  }

  @Test func rowsOfAConstantOnTheLeft() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 4, 5])
    let y = builder.node("MatMul", [builder.constant("w", [3, 4]), x])
    builder.output(builder.normalization(y, 3, name: "bn"))
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["MatMul", "Add"], rule: "matmul")
    let nodes = check.result.model[check.result.model.mainGraph].nodes
    #expect(check.result.model[nodes[1]].name == "bn")
  }

  @Test func columnsInHigherRank() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 3, 4])
    let y = builder.node("MatMul", [x, builder.constant("w", [4, 5])])
    let z = builder.node("Mul", [y, builder.constant("m", [5])])
    builder.output(builder.node("Relu", [z]))
    try FoldCheck(builder).expectFolded(into: ["MatMul", "Relu"])
  }

  @Test func aBatchAxisOfTheConstant() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 3, 2, 4])
    let y = builder.node("MatMul", [x, builder.constant("w", [3, 4, 5])])
    builder.output(builder.normalization(y, 3))
    try FoldCheck(builder).expectFolded(into: ["MatMul", "Add"])
  }

  /// All sizes equal: only the axis tells that the columns are not the channels.
  @Test func refusesTheAxisThatIsNotItsOwn() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [4, 4, 4])
    let y = builder.node("MatMul", [x, builder.constant("w", [4, 4])])
    let z = builder.node("Add", [y, builder.constant("c", [4])])
    builder.output(builder.normalization(z, 4))
    try FoldCheck(builder).expectKept { if case .otherAxis = $0.backward { true } else { false } }

    builder = GraphBuilder()
    let left = builder.node(
      "MatMul", [builder.constant("w", [4, 4]), builder.input("x", [4, 4])])
    builder.output(builder.normalization(left, 4))
    try FoldCheck(builder).expectKept { if case .otherAxis = $0.backward { true } else { false } }
  }

  @Test func takesWhatComesBefore() throws {
    // With the Add that follows.
    var builder = GraphBuilder()
    var y = builder.normalization(builder.input("x", [3, 4]), 4)
    y = builder.node("MatMul", [y, builder.constant("w", [4, 5])])
    builder.output(builder.node("Add", [builder.constant("c", [1]), y]))
    try FoldCheck(builder).expectFolded(into: ["MatMul", "Add"], rule: "matmul-forward")

    // As a Gemm.
    builder = GraphBuilder()
    y = builder.normalization(builder.input("x", [3, 4]), 4)
    builder.output(builder.node("MatMul", [y, builder.constant("w", [4, 5])]))
    try FoldCheck(builder).expectFolded(into: ["Gemm"], rule: "matmul-forward")

    // On the left, in higher rank, with an Add in the site's place.
    builder = GraphBuilder()
    y = builder.normalization(builder.input("x", [2, 4, 5]), 4)
    y = builder.node("MatMul", [builder.constant("w", [3, 4]), y])
    builder.output(builder.node("Relu", [y]))
    try FoldCheck(builder).expectFolded(into: ["MatMul", "Add", "Relu"])
  }

  // MARK: Two computed values

  /// P·V with V = x·w: what follows along `axis` of the result, or comes before V.
  private func attention(
    softmax axis: Int64?, along channels: Int, opset: Int = 17, isForward: Bool = false,
    batch: Int = 2
  ) throws -> FoldCheck {
    var builder = GraphBuilder(opset: opset, seed: 41)
    let scores = builder.input("s", [batch, 3, 4])
    let p =
      axis.map { builder.node("Softmax", [scores], ["axis": .int($0)]) }
      ?? builder.node("Sigmoid", [scores])
    let x = builder.node("Relu", [builder.input("x", [batch, 4, 6])])
    if isForward {
      // V [batch, 4, 6] normalized along its columns, and a layer behind the product.
      let turned = builder.node("Transpose", [x], ["perm": .ints([0, 2, 1])])
      let v = builder.node(
        "Transpose", [builder.normalization(turned, 6)], ["perm": .ints([0, 2, 1])])
      let y = builder.node("MatMul", [p, v])
      builder.output(builder.node("MatMul", [y, builder.constant("w", [6, 5])]))
      return try FoldCheck(builder)
    }
    let v = builder.node("MatMul", [x, builder.constant("w", [6, 5])])
    var y = builder.node("MatMul", [p, v])
    let perm: [Int64] = channels == 2 ? [0, 2, 1] : channels == 0 ? [1, 0, 2] : [0, 1, 2]
    y = builder.node("Transpose", [y], ["perm": .ints(perm)])
    builder.output(builder.normalization(y, [batch, 3, 5][channels]))
    return try FoldCheck(builder)
  }

  /// Rows that sum to 1 let a shift of the columns pass.
  @Test(arguments: [-1, 2]) func attentionPasses(axis: Int64) throws {
    for opset in [11, 13, 17] {
      let check = try attention(softmax: axis, along: 2, opset: opset)
      check.expectFolded(
        into: ["Softmax", "Relu", "MatMul", "Add", "MatMul", "Transpose"], rule: "matmul")
    }
  }

  @Test func attentionPassesForward() throws {
    let check = try attention(softmax: -1, along: 2, isForward: true)
    check.expectFolded(
      into: ["Softmax", "Relu", "Transpose", "Transpose", "MatMul", "MatMul", "Add"],
      rule: "matmul-forward")
    try attention(softmax: nil, along: 2, isForward: true).expectKept {
      if case .shiftDoesNotPass = $0.forward { true } else { false }
    }
  }

  /// What sums to 1 along another axis, or not at all, does not.
  @Test(arguments: [nil, 0, 1]) func otherWeightsKeepAShiftOut(axis: Int64?) throws {
    try attention(softmax: axis, along: 2).expectKept {
      if case .shiftDoesNotPass = $0.backward { true } else { false }
    }
    // Before opset 13 rows go on over all later axes.
    try attention(softmax: 1, along: 2, opset: 11).expectKept {
      if case .shiftDoesNotPass = $0.backward { true } else { false }
    }
  }

  /// The rows are the other operand's, where no layer takes them; a stack's matrices are V's, whose
  /// layer knows no such axis.
  @Test func rowsAndMatricesOfAttention() throws {
    try attention(softmax: -1, along: 1).expectKept {
      if case .shiftDoesNotPass = $0.backward { true } else { false }
    }
    try attention(softmax: -1, along: 0).expectKept {
      if case .otherAxis = $0.backward { true } else { false }
    }
  }

  /// Left operand [3, 4] of a stack: its rows are scaled for all matrices alike.
  @Test func scalesOfEitherOperandPass() throws {
    for rows in [true, false] {
      var builder = GraphBuilder(seed: 43)
      let left = builder.node(
        "MatMul", [builder.constant("v", [3, 6]), builder.input("a", [6, 4])])
      let right = builder.node(
        "MatMul", [builder.input("b", [2, 4, 6]), builder.constant("w", [6, 5])])
      let y = builder.node("MatMul", [left, right])
      let scale = builder.constant("m", rows ? [3, 1] : [5])
      builder.output(builder.node("Tanh", [builder.node("Mul", [y, scale])]))
      try FoldCheck(builder).expectFolded(
        into: ["MatMul", "MatMul", "MatMul", "Tanh"], rule: "matmul")
    }
  }

  @Test func refusesTheSameValueTwice() throws {
    var builder = GraphBuilder(seed: 44)
    let x = builder.node("Relu", [builder.input("x", [4, 4])])
    let n = builder.normalization(x, 4)
    let y = builder.node("MatMul", [n, n])
    builder.output(builder.node("MatMul", [y, builder.constant("w", [4, 5])]))
    try FoldCheck(builder).expectKept {
      if case .notLinear = $0.forward { true } else { false }
    }
  }

  @Test func refusesComputedVectors() throws {
    var builder = GraphBuilder(seed: 45)
    let v = builder.node("Relu", [builder.input("v", [4])])
    let y = builder.node("MatMul", [builder.input("x", [2, 3, 4]), v])
    builder.output(builder.normalization(y, 3))
    try FoldCheck(builder).expectKept {
      if case .unsupportedForm = $0.backward { true } else { false }
    }
  }

  @Test func itsOwnBiasIsNoSite() throws {
    var builder = GraphBuilder()
    let y = builder.node("MatMul", [builder.input("x", [3, 4]), builder.constant("w", [4, 5])])
    builder.output(builder.node("Add", [y, builder.constant("c", [5])]))
    let check = try FoldCheck(builder)
    #expect(check.result.sites.isEmpty)
    #expect(check.nodes == ["MatMul", "Add"])
  }

  /// An Add that a fold put behind a MatMul takes what follows later, and claims and the report
  /// speak of the MatMul.
  @Test func whatFollowsAnAddedAdd() throws {
    var builder = GraphBuilder(seed: 39)
    let x = builder.input("x", [2, 3, 4])
    let y = builder.node("MatMul", [x, builder.constant("w", [4, 5])])
    let turned = builder.node("Transpose", [y], ["perm": .ints([0, 2, 1])])
    let first = builder.normalization(turned, 5)
    let same = builder.node("Identity", [first])
    builder.output(builder.normalization(same, 5))
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["MatMul", "Add", "Transpose", "Identity"], tolerance: 4e-6)
    let count = builder.model.nodes.count
    #expect(check.result.claims.allSatisfy { $0.linearNode.index < count })
    for case .folded(_, let into) in check.result.sites.map(\.outcome) {
      #expect(into.allSatisfy { $0.index < count })
    }
    let written = try FoldCheck.stored(check.result.model)
    let report = try Verifier(
      original: builder.model, written: written,
      claims: NamedClaim.claims(check.result.claims, in: check.result.model)
    ).verify()
    #expect(report.verdict == .passed, "\(report.failures) \(report.gaps)")
  }
}
