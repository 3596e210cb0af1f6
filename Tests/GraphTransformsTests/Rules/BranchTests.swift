import GraphTransforms
import ModelIR
import Testing

/// Several branches, several consumers, and whole little networks.
@Suite struct BranchTests {
  @Test func concatDealsTheChannelsOut() throws {
    var builder = GraphBuilder(seed: 31)
    let x = builder.input("x", [1, 3, 4, 4])
    let u = builder.node(
      "Conv", [x, builder.constant("u", [3, 3, 1, 1]), builder.constant("b", [3])])
    let v = builder.node("Conv", [x, builder.constant("v", [5, 3, 1, 1])])
    let y = builder.node("Concat", [u, v], ["axis": .int(-3)])
    builder.output(builder.node("Relu", [builder.normalization(y, 8)]))
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["Conv", "Conv", "Concat", "Relu"], rule: "conv")
    let maps = check.result.claims.filter { $0.role == .weight }.map { $0.steps[0].channelMap }
    #expect(maps.contains([0, 1, 2]) && maps.contains([3, 4, 5, 6, 7]))
  }

  @Test func concatAlongAnotherAxis() throws {
    var builder = GraphBuilder(seed: 32)
    let x = builder.input("x", [1, 3, 4, 4])
    let u = builder.node("Conv", [x, builder.constant("u", [8, 3, 1, 1])])
    let v = builder.node("Conv", [x, builder.constant("v", [8, 3, 2, 1])])
    let y = builder.node("Concat", [u, v], ["axis": .int(2)])
    builder.output(builder.normalization(y, 8))
    try FoldCheck(builder).expectFolded(into: ["Conv", "Conv", "Concat"])
  }

  @Test func oneBranchThatCannotTakeItKeepsAll() throws {
    var builder = GraphBuilder(seed: 33)
    let x = builder.input("x", [1, 3, 4, 4])
    let u = builder.node("Conv", [x, builder.constant("u", [3, 3, 1, 1])])
    let y = builder.node("Concat", [u, builder.node("Relu", [x])], ["axis": .int(1)])
    builder.output(builder.normalization(y, 6))
    try FoldCheck(builder).expectKept { if case .notLinear = $0.backward { true } else { false } }
  }

  @Test func concatForwardLeavesTheOthersAlone() throws {
    var builder = GraphBuilder(seed: 34)
    let x = builder.node("Relu", [builder.input("x", [1, 3, 4, 4])])
    let y = builder.node("Concat", [builder.normalization(x, 3), x], ["axis": .int(1)])
    builder.output(builder.node("Conv", [y, builder.constant("w", [4, 6, 3, 3])]))
    try FoldCheck(builder).expectFolded(into: ["Relu", "Concat", "Conv"], tolerance: 1e-5)
  }

  @Test func splitPartsAreFoldedOneByOne() throws {
    var builder = GraphBuilder(seed: 35)
    let x = builder.input("x", [1, 3, 4, 4])
    let c = builder.node("Conv", [x, builder.constant("w", [8, 3, 1, 1])])
    let first = builder.node(
      "Split", [c, builder.integers("s", [3, 5])], ["axis": .int(1)], outputs: 2)
    let second = ValueID(first.index + 1)
    let u = builder.normalization(second, 5)
    builder.output(builder.node("Concat", [first, u], ["axis": .int(1)]))
    try FoldCheck(builder).expectFolded(into: ["Conv", "Split", "Concat"])
  }

  @Test func splitForward() throws {
    var builder = GraphBuilder(seed: 36)
    let x = builder.node("Relu", [builder.input("x", [1, 8, 4, 4])])
    let y = builder.normalization(x, 8)
    let first = builder.node(
      "Split", [y, builder.integers("s", [3, 5])], ["axis": .int(1)], outputs: 2)
    let u = builder.node("Conv", [first, builder.constant("u", [4, 3, 1, 1])])
    let v = builder.node("Conv", [ValueID(first.index + 1), builder.constant("v", [4, 5, 1, 1])])
    builder.output(builder.node("Add", [u, v]))
    try FoldCheck(builder).expectFolded(into: ["Relu", "Split", "Conv", "Conv", "Add"])
  }

  @Test func severalConsumersEachTakeTheirOwn() throws {
    var builder = GraphBuilder(seed: 37)
    let x = builder.node("Relu", [builder.input("x", [5, 4])])
    let y = builder.normalization(x, 4)
    let q = builder.node("Gemm", [y, builder.constant("q", [4, 3])])
    let k = builder.node("MatMul", [y, builder.constant("k", [4, 3])])
    builder.output(builder.node("Add", [q, k]))
    try FoldCheck(builder).expectFolded(into: ["Relu", "Gemm", "Gemm", "Add"])
  }

  @Test func oneConsumerThatCannotTakeItKeepsAll() throws {
    var builder = GraphBuilder(seed: 38)
    let x = builder.node("Relu", [builder.input("x", [1, 3, 4, 4])])
    let y = builder.normalization(x, 3)
    let u = builder.node("Conv", [y, builder.constant("u", [4, 3, 1, 1])])
    let v = builder.node(
      "Conv", [y, builder.constant("v", [4, 3, 3, 3])], ["pads": .ints([1, 1, 1, 1])])
    builder.output(builder.node("Add", [u, v]))
    try FoldCheck(builder).expectKept { if case .padding = $0.forward { true } else { false } }
  }

  @Test func pooledAndFlattenedIntoAGemm() throws {
    var builder = GraphBuilder(seed: 39)
    let x = builder.node("Relu", [builder.input("x", [2, 3, 5, 4])])
    let p = builder.node("GlobalAveragePool", [builder.normalization(x, 3)])
    let f = builder.node("Flatten", [p])
    builder.output(builder.node("Gemm", [f, builder.constant("w", [3, 5])]))
    try FoldCheck(builder).expectFolded(
      into: ["Relu", "GlobalAveragePool", "Flatten", "Gemm"], rule: "gemm-forward",
      tolerance: 1e-5)
  }

  @Test func flattenRepeatsTheChannels() throws {
    for alpha in [1, 0.5] as [Float] {
      var builder = GraphBuilder(seed: 40)
      let x = builder.node("Relu", [builder.input("x", [2, 3, 5, 4])])
      let f = builder.node("Flatten", [builder.normalization(x, 3)])
      builder.output(
        builder.node(
          "Gemm", [f, builder.constant("w", [7, 60]), builder.constant("c", [1])],
          ["transB": .int(1), "alpha": .float(alpha), "beta": .float(0.5)]))
      try FoldCheck(builder).expectFolded(into: ["Relu", "Flatten", "Gemm"], tolerance: 1e-5)
    }
  }

  @Test func linearLayersOfTransformers() throws {
    // MatMul, Add, Reshape to [B·N, C], BatchNormalization, Reshape: as LeViT exports it.
    var builder = GraphBuilder(seed: 41)
    let x = builder.input("x", [2, 5, 4])
    let m = builder.node("MatMul", [x, builder.constant("w", [4, 6])])
    let a = builder.node("Add", [m, builder.constant("c", [6])])
    let r = builder.node("Reshape", [a, builder.integers("r", [-1, 6])])
    let y = builder.normalization(r, 6)
    builder.output(builder.node("Reshape", [y, builder.integers("s", [2, 5, 6])]))
    try FoldCheck(builder).expectFolded(into: ["MatMul", "Add", "Reshape", "Reshape"])

    // Without the Add, through Transpose to [B, C, N].
    builder = GraphBuilder(seed: 42)
    let z = builder.input("x", [2, 5, 4])
    let n = builder.node("MatMul", [z, builder.constant("w", [4, 6])])
    let t = builder.node("Transpose", [n], ["perm": .ints([0, 2, 1])])
    builder.output(builder.normalization(t, 6))
    try FoldCheck(builder).expectFolded(into: ["MatMul", "Add", "Transpose"])
  }

  @Test func keras() throws {
    // Transpose, Conv, Transpose to NHWC, and a decomposed normalization on the last axis.
    var builder = GraphBuilder(seed: 43)
    let x = builder.input("x", [1, 6, 6, 3])
    let t = builder.node("Transpose", [x], ["perm": .ints([0, 3, 1, 2])])
    let c = builder.node("Conv", [t, builder.constant("w", [6, 3, 3, 3])])
    let back = builder.node("Transpose", [c], ["perm": .ints([0, 2, 3, 1])])
    // Constants of which every step is exact in Float, as the evaluator computes them.
    let s = builder.node("Sub", [back, builder.constant("mean", [6])])
    let v = builder.node(
      "Add",
      [
        builder.constant("v", [6], [0.5, 3.5, 8.5, 15.5, 1.75, 24.5]),
        builder.constant("e", [], [0.5]),
      ])
    let d = builder.node("Div", [s, builder.node("Sqrt", [v])])
    let m = builder.node("Mul", [builder.constant("gamma", [6]), d])
    builder.output(builder.node("Add", [m, builder.constant("beta", [1, 1, 1, 6])]))
    try FoldCheck(builder).expectFolded(into: ["Transpose", "Conv", "Transpose"])
  }

  @Test(arguments: ["LSTM", "GRU", "RNN"], [true, false]) func recurrentInputs(
    _ opType: String, _ bias: Bool
  ) throws {
    for both in [true, false] {
      let gates = opType == "LSTM" ? 4 : opType == "GRU" ? 3 : 1
      let directions = both ? 2 : 1
      var builder = GraphBuilder(seed: 44)
      let x = builder.node("Relu", [builder.input("x", [3, 5, 2])])
      let y = builder.node("Transpose", [builder.normalization(x, 5)], ["perm": .ints([0, 2, 1])])
      let w = builder.constant("w", [directions, gates * 3, 5])
      let r = builder.constant("r", [directions, gates * 3, 3])
      let b = bias ? builder.constant("b", [directions, gates * 6]) : nil
      var attributes: [String: AttributeValue] = ["hidden_size": .int(3)]
      if both { attributes["direction"] = .string(Array("bidirectional".utf8)) }
      if opType == "GRU" { attributes["linear_before_reset"] = .int(both ? 1 : 0) }
      builder.output(builder.node(opType, [y, w, r, b], attributes))
      try FoldCheck(builder).expectFolded(
        into: ["Relu", "Transpose", opType], rule: "recurrent-forward", tolerance: 1e-5)
    }
  }

  @Test func otherNormalizationsTakeWhatFollows() throws {
    var builder = GraphBuilder(opset: 21, seed: 45)
    let x = builder.input("x", [2, 4, 5, 3])
    let i = builder.node(
      "InstanceNormalization", [x, builder.constant("g", [4]), builder.constant("b", [4])])
    builder.output(builder.normalization(i, 4))
    try FoldCheck(builder).expectFolded(into: ["InstanceNormalization"])

    builder = GraphBuilder(opset: 21, seed: 46)
    let z = builder.input("x", [2, 5, 4])
    let l = builder.node("LayerNormalization", [z, builder.constant("g", [4])])
    let m = builder.node("Mul", [l, builder.constant("m", [4])])
    builder.output(builder.node("Add", [m, builder.constant("a", [1])]))
    try FoldCheck(builder).expectFolded(into: ["LayerNormalization"])

    builder = GraphBuilder(opset: 21, seed: 47)
    let y = builder.input("x", [2, 4, 5, 3])
    let g = builder.node(
      "GroupNormalization", [y, builder.constant("g", [4]), builder.constant("b", [4])],
      ["num_groups": .int(2)])
    builder.output(builder.normalization(g, 4))
    try FoldCheck(builder).expectFolded(into: ["GroupNormalization"])
  }
}
