import GraphTransforms
import ModelIR
import Testing

/// Cases in which other tools were found to write a wrong model, or to fail; the names are those
/// under which they are recorded.
@Suite struct PeerMistakeTests {
  private func convolution(
    _ builder: inout GraphBuilder, _ x: ValueID, bias: Bool = true, channels: Int = 8
  ) -> ValueID {
    let w = builder.constant("w", [channels, 3, 1, 1])
    return builder.node("Conv", [x, w] + (bias ? [builder.constant("b", [channels])] : []))
  }

  /// B1: a constant that acts along height or width, where these equal the channels.
  @Test(arguments: [[8], [1, 8], [8, 1], [1, 8, 1], [1, 1, 8, 1], [1, 1, 1, 8]])
  func b1ConstantsAlongOtherAxes(_ shape: [Int]) throws {
    var builder = GraphBuilder(seed: 1)
    let x = builder.input("x", [1, 3, 8, 8])
    let y = convolution(&builder, x)
    builder.output(builder.node("Mul", [y, builder.constant("k", shape)]))
    let check = try FoldCheck(builder)
    // [1, 8, 1] is right-aligned to [·, 1, 8, 1]: the height.
    #expect(check.nodes == ["Conv", "Mul"])
    #expect(check.exact == 0)
  }

  /// B1: a weight that the caller feeds.
  @Test func b1WeightIsAnInput() throws {
    var builder = GraphBuilder()
    let c = builder.node(
      "Conv", [builder.input("x", [1, 3, 8, 8]), builder.input("w", [8, 3, 1, 1])])
    builder.output(builder.node("Mul", [c, builder.constant("k", [8, 1, 1])]))
    try FoldCheck(builder).expectKept {
      if case .weightNotConstant = $0.backward { true } else { false }
    }
  }

  /// B2, B9, B11: ConvTranspose of several groups, as many inputs as outputs or not.
  @Test(arguments: [1, 2, 4], [4, 8]) func b2GroupedTransposedConvolution(
    _ group: Int, _ outputs: Int
  ) throws {
    for isMul in [true, false] {
      var builder = GraphBuilder(seed: 2)
      let x = builder.input("x", [1, 4, 3, 3])
      let w = builder.constant("w", [4, outputs / group, 2, 2])
      let c = builder.node("ConvTranspose", [x, w], ["group": .int(Int64(group))])
      let k = builder.constant("k", [1, outputs, 1, 1])
      builder.output(
        isMul ? builder.node("Mul", [c, k]) : builder.normalization(c, outputs))
      try FoldCheck(builder).expectFolded(into: ["ConvTranspose"])
    }
  }

  /// B3: a constant of higher rank, which raises the result's.
  @Test func b3ConstantOfHigherRank() throws {
    var builder = GraphBuilder()
    let y = convolution(&builder, builder.input("x", [1, 3, 8, 8]))
    builder.output(builder.node("Mul", [y, builder.constant("k", [1, 1, 8, 1, 1])]))
    let check = try FoldCheck(builder)
    #expect(check.nodes == ["Conv", "Mul"])
  }

  /// B4: no epsilon attribute means 1e-5, at a variance of that size.
  @Test func b4EpsilonIsAbsent() throws {
    var builder = GraphBuilder()
    let y = convolution(&builder, builder.input("x", [1, 3, 4, 4]))
    let parameters = [1.0, 0, 0, 1e-6].enumerated().map {
      builder.constant("p\($0.offset)", [8], [Double](repeating: $0.element, count: 8))
    }
    builder.output(builder.node("BatchNormalization", [y] + parameters.map { $0 }))
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["Conv"])
    // 1/√(1e-6 + 1e-5), each rounded to Float.
    let expected = 1 / (Double(Float(1e-6)) + Double(Float(1e-5))).squareRoot()
    let before = try #require(check.original.values.first { $0.name == "w" }?.initializer)
    let after = try #require(check.result.model.values.last { $0.name == "w_folded" }?.initializer)
    let ratio = try after.doubles()[0] / before.doubles()[0]
    #expect(abs(ratio / expected - 1) < 1e-7)
  }

  /// B5: the value between is a graph output.
  @Test(arguments: ["Transpose", "Reshape"]) func b5IntermediateIsAnOutput(
    _ opType: String
  ) throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 3, 4])
    let m = builder.node("MatMul", [x, builder.constant("w", [4, 5])], name: "m")
    let r =
      opType == "Transpose"
      ? builder.node("Transpose", [m], ["perm": .ints([0, 2, 1])])
      : builder.node("Reshape", [m, builder.integers("s", [-1, 5])])
    builder.output(m)
    builder.output(builder.normalization(r, 5))
    try FoldCheck(builder).expectKept { $0.backward == .graphOutput(value: "m_out") }
  }

  /// B6: before opset 14 more than one output means training.
  @Test func b6FiveOutputsMeanTraining() throws {
    var builder = GraphBuilder(opset: 9)
    let c = convolution(&builder, builder.input("x", [1, 3, 4, 4]))
    let parameters = (0..<4).map { builder.constant("p\($0)", [8], [1, 2, 3, 4, 5, 6, 7, 8]) }
    builder.output(
      builder.node("BatchNormalization", [c] + parameters.map { $0 }, outputs: 5))
    let result = FoldPass().run(builder.model)
    #expect(result.sites.map(\.outcome) == [.kept(.trainingMode)])
  }

  /// B7: a bias left out by an empty name.
  @Test func b7BiasWithAnEmptyName() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [1, 3, 4, 4])
    let c = builder.node("Conv", [x, builder.constant("w", [8, 3, 1, 1]), nil])
    builder.output(builder.normalization(c, 8))
    try FoldCheck(builder).expectFolded(into: ["Conv"])
  }

  /// B8: one weight in two convolutions, with two BN, with one, and with the same parameters.
  @Test(arguments: [0, 1, 2]) func b8SharedWeights(_ form: Int) throws {
    var builder = GraphBuilder(seed: 8)
    let x = builder.input("x", [1, 3, 4, 4])
    let w = builder.constant("w", [8, 3, 1, 1])
    let b = builder.constant("b", [8])
    let parameters = (0..<4).map { builder.constant("p\($0)", [8], [1, 2, 3, 4, 5, 6, 7, 8]) }
    let first = builder.node(
      "BatchNormalization", [builder.node("Conv", [x, w, b])] + parameters.map { $0 })
    let c = builder.node("Conv", [x, w, b])
    let second =
      switch form {
      case 0: builder.normalization(c, 8)
      case 1: c
      default: builder.node("BatchNormalization", [c] + parameters.map { $0 })
      }
    builder.output(builder.node("Sub", [first, builder.node("Relu", [second])]))
    try FoldCheck(builder).expectFolded(into: ["Conv", "Conv", "Relu", "Sub"])
  }

  /// B10: a linear layer on the last axis and a BN on axis 1 of the same extent.
  @Test func b10LinearOnAnotherAxis() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 5, 5])
    let m = builder.node("MatMul", [x, builder.constant("w", [5, 5])])
    builder.output(builder.normalization(m, 5))
    try FoldCheck(builder).expectKept { if case .otherAxis = $0.backward { true } else { false } }
  }

  /// B12: half weights and Float parameters give half weights.
  @Test func b12MixedTypes() throws {
    var builder = GraphBuilder(type: .float16, seed: 12)
    let c = convolution(&builder, builder.input("x", [1, 3, 4, 4]))
    builder.type = .float32
    let y = builder.normalization(c, 8)
    builder.output(y)
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["Conv"], tolerance: DataType.float16.tolerance)
    for claim in check.result.claims {
      #expect(check.result.model[claim.target].initializer?.dataType == .float16)
    }
  }

  /// B13: an epsilon that half cannot hold.
  @Test func b13EpsilonBelowHalf() throws {
    var builder = GraphBuilder(type: .float16, seed: 13)
    let c = convolution(&builder, builder.input("x", [1, 3, 4, 4]))
    let parameters = [0.001, 0, 0, 0].enumerated().map {
      builder.constant("p\($0.offset)", [8], [Double](repeating: $0.element, count: 8))
    }
    builder.output(
      builder.node(
        "BatchNormalization", [c] + parameters.map { $0 }, ["epsilon": .float(1e-8)]))
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["Conv"], tolerance: DataType.float16.tolerance)
    for claim in check.result.claims {
      let numbers = try check.result.model[claim.target].initializer?.doubles() ?? [.nan]
      #expect(numbers.allSatisfy { $0.isFinite })
    }
  }

  /// B14: Pad with its axes in another order is passed, and stays as it is.
  @Test func b14PadWithPermutedAxes() throws {
    var builder = GraphBuilder(opset: 18, seed: 14)
    let c = convolution(&builder, builder.input("x", [1, 3, 4, 5]))
    let p = builder.node(
      "Pad",
      [
        c, builder.integers("pads", [0, 0, 2, 1, 0, 0, 0, 1]), nil,
        builder.integers("axes", [0, 1, 3, 2]),
      ], ["mode": .string(Array("edge".utf8))])
    builder.output(builder.normalization(p, 8))
    try FoldCheck(builder).expectFolded(into: ["Conv", "Pad"])
  }

  /// B15: with IR 4 and later, initializers among the inputs are defaults, and stay.
  @Test func b15OverridableInitializers() throws {
    var builder = GraphBuilder()
    let c = convolution(&builder, builder.input("x", [1, 3, 4, 4]))
    builder.output(builder.normalization(c, 8))
    let graph = builder.model.mainGraph
    for value in builder.model[graph].initializers {
      builder.model[value].isGraphInput = true
      builder.model[graph].inputs.append(value)
    }
    let check = try FoldCheck(builder)
    check.expectKept { if case .overridable = $0 { true } else { false } }
    #expect(check.result.model[graph].inputs == builder.model[graph].inputs)
  }

  /// B16: five outputs of which four have an empty name are one output.
  @Test func b16OutputsWithEmptyNames() throws {
    var builder = GraphBuilder(opset: 9)
    let c = convolution(&builder, builder.input("x", [1, 3, 4, 4]))
    builder.output(builder.normalization(c, 8))
    let id = builder.model[builder.model.mainGraph].nodes[1]
    builder.model[id].outputs += [nil, nil, nil, nil]
    try FoldCheck(builder).expectFolded(into: ["Conv"])
  }

  /// R1: a scale of zero on the way forward divides nothing.
  @Test func r1ScaleOfZero() throws {
    var builder = GraphBuilder(seed: 17)
    let x = builder.node("Relu", [builder.input("x", [1, 2, 4, 4])])
    let parameters = [
      builder.constant("g", [2], [0, 2]), builder.constant("b", [2]),
      builder.constant("m", [2]), builder.constant("v", [2], [1, 2]),
    ]
    let y = builder.node("BatchNormalization", [x] + parameters.map { $0 })
    builder.output(builder.node("Conv", [y, builder.constant("w", [3, 2, 2, 2])]))
    try FoldCheck(builder).expectFolded(into: ["Relu", "Conv"], tolerance: 1e-5)
  }

  /// R5: the constant of a Sub is read elsewhere too, and keeps its sign there.
  @Test func r5ConstantOfASubIsShared() throws {
    var builder = GraphBuilder(seed: 18)
    let x = builder.input("x", [1, 3, 4, 4])
    let k = builder.constant("k", [8, 1, 1])
    let u = builder.node("Sub", [convolution(&builder, x, bias: false), k])
    builder.output(u)
    let s = builder.node("Relu", [k])
    builder.output(s)
    let check = try FoldCheck(builder)
    #expect(check.exact <= 1e-12)
    #expect(check.result.model[k].initializer != nil)
  }
}
