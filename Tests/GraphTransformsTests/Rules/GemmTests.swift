import GraphTransforms
import ModelIR
import Testing

@Suite struct GemmTests {
  static let shapes: [[Int]?] = [nil, [], [1], [5], [1, 5], [3, 1], [3, 5], [1, 1]]

  @Test(arguments: shapes, [false, true]) func takesWhatFollows(
    _ shape: [Int]?, _ transposed: Bool
  ) throws {
    for (alpha, beta) in [(1, 1), (0.5, 2), (-2, 0.25), (1, 0)] as [(Float, Float)] {
      var builder = GraphBuilder(seed: 3)
      let x = builder.input("x", transposed ? [4, 3] : [3, 4])
      let w = builder.constant("w", transposed ? [5, 4] : [4, 5])
      let c = shape.map { builder.constant("c", $0) }
      let y = builder.node(
        "Gemm", [x, w] + (c.map { [$0] } ?? []),
        [
          "alpha": .float(alpha), "beta": .float(beta), "transB": .int(transposed ? 1 : 0),
          "transA": .int(transposed ? 1 : 0),
        ])
      builder.output(builder.normalization(y, 5))
      let check = try FoldCheck(builder)
      check.expectFolded(into: ["Gemm"], rule: "gemm")
      let bias = try #require(check.result.claims.first { $0.role != .weight })
      #expect(bias.sourceScale == (shape == nil ? 1 : Double(beta)))
    }
  }

  @Test(arguments: shapes, [false, true]) func takesWhatComesBefore(
    _ shape: [Int]?, _ transposed: Bool
  ) throws {
    var builder = GraphBuilder(seed: 4)
    let x = builder.input("x", [3, 4])
    let y = builder.normalization(x, 4)
    let w = builder.constant("w", transposed ? [5, 4] : [4, 5])
    let c = shape.map { builder.constant("c", $0) }
    builder.output(
      builder.node(
        "Gemm", [y, w] + (c.map { [$0] } ?? []),
        ["alpha": .float(0.5), "beta": .float(2), "transB": .int(transposed ? 1 : 0)]))
    try FoldCheck(builder).expectFolded(into: ["Gemm"], rule: "gemm-forward")
  }

  @Test func aSquareMatrixHidesNoWrongAxis() throws {
    for transposed in [0, 1] as [Int64] {
      var builder = GraphBuilder(seed: 5)
      let x = builder.input("x", [4, 4])
      let w = builder.constant("w", [4, 4])
      let y = builder.node("Gemm", [x, w], ["transB": .int(transposed)])
      builder.output(builder.normalization(y, 4))
      try FoldCheck(builder).expectFolded(into: ["Gemm"])
    }
  }

  @Test func takesWhatFollowsOnTheRowsOfAConstant() throws {
    for transposed in [0, 1] as [Int64] {
      var builder = GraphBuilder(seed: 6)
      let x = builder.input("x", [4, 5])
      let a = builder.constant("a", transposed == 1 ? [4, 3] : [3, 4])
      let c = builder.constant("c", [5])
      let y = builder.node("Gemm", [a, x, c], ["transA": .int(transposed)])
      let z = builder.node("Mul", [y, builder.constant("m", [3, 1])])
      builder.output(builder.node("Add", [z, builder.constant("s", [3, 1])]))
      try FoldCheck(builder).expectFolded(into: ["Gemm"])
    }
  }

  @Test func refusesAMatrixThatIsComputed() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [3, 4])
    let w = builder.input("w", [4, 5])
    builder.output(builder.normalization(builder.node("Gemm", [x, w]), 5))
    try FoldCheck(builder).expectKept {
      if case .weightNotConstant = $0.backward { true } else { false }
    }
  }
}
