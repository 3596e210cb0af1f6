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

  @Test func refusesWithoutAConstant() throws {
    var builder = GraphBuilder()
    let y = builder.node("MatMul", [builder.input("x", [3, 4]), builder.input("z", [4, 5])])
    builder.output(builder.normalization(y, 5))
    try FoldCheck(builder).expectKept {
      if case .weightNotConstant = $0.backward { true } else { false }
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
