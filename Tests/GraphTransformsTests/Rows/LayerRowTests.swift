import GraphTransforms
import ModelIR
import ModelVerification
import Testing

/// Rule `reparameterize`: linear layers in a row become one.
@Suite struct LayerRowTests {
  private var merging: FoldOptions {
    var options = FoldOptions()
    options.mergesLayers = true
    return options
  }

  /// All layers of a model became one of these nodes, whose numbers are claimed, and the verifier
  /// takes them and nothing else.
  private func expectMerged(
    _ builder: GraphBuilder, into nodes: [String], merges: Int = 1, tolerance: Double = 8e-6,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let check = try FoldCheck(builder, merging)
    #expect(check.nodes == nodes, sourceLocation: sourceLocation)
    #expect(check.exact <= 1e-12 && check.rounded <= tolerance, sourceLocation: sourceLocation)
    check.expectNames(sourceLocation)
    check.expectClaims(sourceLocation)
    #expect(check.result.merges.count == merges, sourceLocation: sourceLocation)
    for merge in check.result.merges {
      #expect(merge.parametersAfter < merge.parametersBefore, sourceLocation: sourceLocation)
    }
    #expect(try FoldCheck(builder).result.merges.isEmpty, sourceLocation: sourceLocation)

    let written = try FoldCheck.stored(check.result.model)
    func verdict(_ model: Model) throws -> VerificationReport.Verdict {
      try Verifier(
        original: builder.model, written: model,
        claims: NamedClaim.claims(check.result.claims, in: check.result.model)
      ).verify().verdict
    }
    #expect(try verdict(written) == .passed, sourceLocation: sourceLocation)
    for claim in check.result.claims {
      var wrong = written
      let tensor = try #require(written[claim.target].initializer)
      var numbers = try tensor.doubles()
      numbers[numbers.count - 1] += 0x1p-9
      wrong[claim.target].initializer = builder.tensor(tensor.shape.dimensions, numbers)
      #expect(try verdict(wrong) == .failed, sourceLocation: sourceLocation)
    }
  }

  private func expectNotMerged(
    _ builder: GraphBuilder, _ options: FoldOptions? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let check = try FoldCheck(builder, options ?? merging)
    #expect(check.result.merges.isEmpty, sourceLocation: sourceLocation)
    #expect(check.exact <= 1e-12, sourceLocation: sourceLocation)
  }

  // MARK: Convolutions

  private func convolution(
    _ builder: inout GraphBuilder, _ x: ValueID, _ weight: [Int], bias: Bool = true,
    _ attributes: [String: AttributeValue] = [:]
  ) -> ValueID {
    var inputs = [x, builder.constant("w", weight)]
    if bias { inputs.append(builder.constant("b", [weight[0]])) }
    return builder.node("Conv", inputs, attributes)
  }

  static let biases = [(true, true), (true, false), (false, true), (false, false)]

  /// A kernel, then a point: padding, dilations and both strides are the kernel's.
  @Test(arguments: biases, [1, 2]) func aPointBehindAKernel(
    _ biases: (Bool, Bool), _ stride: Int
  ) throws {
    var builder = GraphBuilder(seed: 300)
    let x = builder.input("x", [2, 3, 9, 8])
    let s = Int64(stride)
    let wide = convolution(
      &builder, x, [16, 3, 3, 2], bias: biases.0,
      [
        "pads": .ints([1, 0, 2, 1]), "dilations": .ints([2, 1]), "strides": .ints([1, 2]),
      ])
    builder.output(
      convolution(&builder, wide, [4, 16, 1, 1], bias: biases.1, ["strides": .ints([s, s])]))
    try expectMerged(builder, into: ["Conv"])
  }

  /// A point, then a kernel, which pads nothing where the point has a bias.
  @Test(arguments: biases, [1, 2]) func aKernelBehindAPoint(
    _ biases: (Bool, Bool), _ stride: Int
  ) throws {
    var builder = GraphBuilder(seed: 310)
    let x = builder.input("x", [2, 3, 9, 8])
    let wide = convolution(&builder, x, [16, 3, 1, 1], bias: biases.0)
    var attributes: [String: AttributeValue] = ["strides": .ints([Int64(stride), 1])]
    if !biases.0 { attributes["pads"] = .ints([1, 1, 1, 1]) }
    builder.output(convolution(&builder, wide, [4, 16, 3, 3], bias: biases.1, attributes))
    try expectMerged(builder, into: ["Conv"])
  }

  /// The one layer's groups are those that both have.
  @Test(arguments: [[2, 2], [4, 2], [2, 4], [1, 2], [4, 1]]) func groups(_ groups: [Int]) throws {
    for taps in [[1, 1], [3, 1], [1, 3]] {
      var builder = GraphBuilder(seed: 320)
      let x = builder.input("x", [2, 4, 6, 5])
      let wide = convolution(
        &builder, x, [64, 4 / groups[0], taps[0], taps[0]], ["group": .int(Int64(groups[0]))])
      builder.output(
        convolution(
          &builder, wide, [4, 64 / groups[1], taps[1], taps[1]], ["group": .int(Int64(groups[1]))]))
      try expectMerged(builder, into: ["Conv"])
    }
  }

  @Test(arguments: ["SAME_UPPER", "SAME_LOWER", "VALID"]) func paddingByWord(_ word: String) throws
  {
    let pad: [String: AttributeValue] = ["auto_pad": .string(Array(word.utf8))]
    var builder = GraphBuilder(seed: 330)
    let x = builder.input("x", [1, 3, 7, 6])
    let wide = convolution(&builder, x, [16, 3, 3, 3], pad)
    builder.output(convolution(&builder, wide, [4, 16, 1, 1], pad))
    try expectMerged(builder, into: ["Conv"])

    // SAME means other pads at another stride.
    builder = GraphBuilder(seed: 331)
    let y = builder.input("x", [1, 3, 7, 6])
    let second = convolution(&builder, y, [16, 3, 3, 3], pad)
    builder.output(
      convolution(&builder, second, [4, 16, 1, 1], ["strides": .ints([2, 2])]))
    if word == "VALID" {
      try expectMerged(builder, into: ["Conv"])
    } else {
      try expectNotMerged(builder)
    }
  }

  @Test(arguments: [1, 3]) func otherRanks(_ rank: Int) throws {
    var builder = GraphBuilder(seed: 340)
    let x = builder.input("x", [2, 3] + [Int](repeating: 5, count: rank))
    let wide = convolution(
      &builder, x, [16, 3] + [Int](repeating: 3, count: rank))
    builder.output(convolution(&builder, wide, [4, 16] + [Int](repeating: 1, count: rank)))
    try expectMerged(builder, into: ["Conv"])
  }

  @Test func inDouble() throws {
    var builder = GraphBuilder(type: .float64, seed: 350)
    let x = builder.input("x", [2, 3, 5, 4])
    let wide = convolution(&builder, x, [16, 3, 3, 3])
    builder.output(convolution(&builder, wide, [4, 16, 1, 1]))
    try expectMerged(builder, into: ["Conv"], tolerance: 1e-13)
  }

  // MARK: Matrices

  /// The layers as exporters write them: Gemm with either orientation, MatMul with or without Add.
  static let forms = ["Gemm", "GemmB", "GemmBeta", "GemmPlain", "MatMul", "MatMulAdd"]

  private func matrix(
    _ builder: inout GraphBuilder, _ form: String, _ x: ValueID, _ inputs: Int, _ outputs: Int
  ) -> ValueID {
    let isTransposed = form == "GemmB"
    let weight = builder.constant("w", isTransposed ? [outputs, inputs] : [inputs, outputs])
    if form.hasPrefix("MatMul") {
      let product = builder.node("MatMul", [x, weight])
      guard form == "MatMulAdd" else { return product }
      return builder.node("Add", [builder.constant("b", [1, outputs]), product])
    }
    var operands = [x, weight]
    if form != "GemmPlain" { operands.append(builder.constant("b", [outputs])) }
    var attributes: [String: AttributeValue] = isTransposed ? ["transB": .int(1)] : [:]
    if form == "GemmBeta" { attributes["beta"] = .float(0.5) }
    return builder.node("Gemm", operands, attributes)
  }

  @Test(arguments: forms, forms) func matrices(_ first: String, _ second: String) throws {
    var builder = GraphBuilder(seed: 360)
    let x = builder.input("x", [3, 5])
    let wide = matrix(&builder, first, x, 5, 12)
    builder.output(matrix(&builder, second, wide, 12, 4))
    let hasBias = first != "GemmPlain" && first != "MatMul"
    let expected: [String] =
      switch (first.hasPrefix("MatMul"), second.hasPrefix("MatMul")) {
      case (true, true): hasBias || second == "MatMulAdd" ? ["MatMul", "Add"] : ["MatMul"]
      default: ["Gemm"]
      }
    try expectMerged(builder, into: expected)
  }

  @Test func matricesOfHigherRank() throws {
    var builder = GraphBuilder(seed: 370)
    let x = builder.input("x", [2, 3, 5])
    let wide = matrix(&builder, "MatMulAdd", x, 5, 12)
    builder.output(matrix(&builder, "MatMulAdd", wide, 12, 4))
    try expectMerged(builder, into: ["MatMul", "Add"])
  }

  @Test func aTransposedInput() throws {
    var builder = GraphBuilder(seed: 371)
    let x = builder.input("x", [5, 3])
    let wide = builder.node(
      "Gemm", [x, builder.constant("w", [5, 12]), builder.constant("b", [12])],
      ["transA": .int(1)])
    builder.output(matrix(&builder, "GemmBeta", wide, 12, 4))
    try expectMerged(builder, into: ["Gemm"])

    builder = GraphBuilder(seed: 372)
    let y = builder.input("x", [3, 5])
    let first = matrix(&builder, "Gemm", y, 5, 12)
    builder.output(
      builder.node("Gemm", [first, builder.constant("w", [3, 2])], ["transA": .int(1)]))
    try expectNotMerged(builder)
  }

  // MARK: Together with folds

  /// Normalizations before, between and behind are folded first, or into what the row becomes.
  @Test func normalizationsAround() throws {
    var builder = GraphBuilder(seed: 380)
    let x = builder.input("x", [2, 3, 7, 6])
    let wide = convolution(&builder, builder.normalization(x, 3), [16, 3, 1, 1])
    let second = convolution(&builder, builder.normalization(wide, 16), [4, 16, 3, 3])
    builder.output(builder.normalization(second, 4))
    try expectMerged(builder, into: ["Conv"], tolerance: 4e-5)
  }

  @Test func threeInARow() throws {
    var builder = GraphBuilder(seed: 381)
    let x = builder.input("x", [2, 3, 7, 6])
    let first = convolution(&builder, x, [16, 3, 3, 3])
    let second = builder.normalization(convolution(&builder, first, [12, 16, 1, 1]), 12)
    builder.output(convolution(&builder, second, [4, 12, 1, 1]))
    try expectMerged(builder, into: ["Conv"], merges: 2, tolerance: 4e-5)
  }

  /// A diverse branch block: a row beside a kernel.
  @Test(arguments: [1, 2]) func aRowBesideAKernel(_ group: Int) throws {
    var builder = GraphBuilder(seed: 382)
    let x = builder.input("x", [2, 4, 7, 6])
    let pads: [String: AttributeValue] = [
      "group": .int(Int64(group)), "pads": .ints([1, 1, 1, 1]),
    ]
    let kernel = builder.normalization(
      convolution(&builder, x, [4, 4 / group, 3, 3], pads), 4)
    let point = convolution(
      &builder, x, [16, 4 / group, 1, 1], bias: false, ["group": .int(Int64(group))])
    let row = builder.normalization(
      convolution(&builder, point, [4, 16 / group, 3, 3], bias: false, pads), 4)
    let sum = builder.node("Sub", [kernel, row])
    builder.output(builder.normalization(sum, 4))
    try expectMerged(builder, into: ["Conv"], merges: 2, tolerance: 2e-5)
  }

  @Test func aSumBeforeAPoint() throws {
    var builder = GraphBuilder(seed: 383)
    let x = builder.input("x", [2, 3, 7, 6])
    let a = convolution(&builder, x, [16, 3, 3, 3], ["pads": .ints([1, 1, 1, 1])])
    let b = convolution(&builder, x, [16, 3, 1, 1])
    let sum = builder.node("Add", [a, b])
    builder.output(convolution(&builder, sum, [4, 16, 1, 1]))
    try expectMerged(builder, into: ["Conv"], merges: 2)
  }

  // MARK: Reasons to decline

  @Test func aBiasDoesNotReachWhatIsPadded() throws {
    var builder = GraphBuilder(seed: 390)
    let x = builder.input("x", [1, 3, 6, 6])
    let wide = convolution(&builder, x, [16, 3, 1, 1])
    builder.output(convolution(&builder, wide, [4, 16, 3, 3], ["pads": .ints([1, 1, 1, 1])]))
    try expectNotMerged(builder)
  }

  @Test func aPointThatPads() throws {
    var builder = GraphBuilder(seed: 391)
    let x = builder.input("x", [1, 3, 6, 6])
    let wide = convolution(&builder, x, [16, 3, 3, 3])
    builder.output(convolution(&builder, wide, [4, 16, 1, 1], ["pads": .ints([1, 1, 1, 1])]))
    try expectNotMerged(builder)
  }

  @Test func aPointThatSkipsBeforeAKernel() throws {
    var builder = GraphBuilder(seed: 392)
    let x = builder.input("x", [1, 3, 9, 9])
    let wide = convolution(&builder, x, [16, 3, 1, 1], ["strides": .ints([2, 2])])
    builder.output(convolution(&builder, wide, [4, 16, 3, 3]))
    try expectNotMerged(builder)
  }

  @Test func twoKernels() throws {
    var builder = GraphBuilder(seed: 393)
    let x = builder.input("x", [1, 3, 9, 9])
    let wide = convolution(&builder, x, [16, 3, 1, 3])
    builder.output(convolution(&builder, wide, [4, 16, 3, 1]))
    try expectNotMerged(builder)
  }

  /// A narrow layer between two wide ones is less work as it is.
  @Test func aBottleneck() throws {
    var builder = GraphBuilder(seed: 394)
    let x = builder.input("x", [2, 16])
    let narrow = matrix(&builder, "Gemm", x, 16, 2)
    builder.output(matrix(&builder, "Gemm", narrow, 2, 16))
    try expectNotMerged(builder)
  }

  /// A depthwise convolution and a point are less work than a dense one.
  @Test func separableConvolutions() throws {
    var builder = GraphBuilder(seed: 395)
    let x = builder.input("x", [1, 8, 6, 6])
    let deep = convolution(&builder, x, [8, 1, 3, 3], ["group": .int(8)])
    builder.output(convolution(&builder, deep, [8, 8, 1, 1]))
    try expectNotMerged(builder)
  }

  /// A weight of few numbers that would take gigabytes with the zeros between its groups.
  @Test func manyGroups() throws {
    func model(_ channels: Int) -> GraphBuilder {
      var builder = GraphBuilder(seed: 404)
      let x = builder.input("x", [1, channels, 1, 1])
      let deep = convolution(
        &builder, x, [channels, 1, 1, 1], bias: false, ["group": .int(Int64(channels))])
      builder.output(convolution(&builder, deep, [1, channels, 1, 1], bias: false))
      return builder
    }
    try expectMerged(model(64), into: ["Conv"], tolerance: 4e-5)
    try expectNotMerged(model(4100))
  }

  @Test func stridesThatNoConvolutionHas() throws {
    func model(_ stride: Int64) -> GraphBuilder {
      var builder = GraphBuilder(seed: 405)
      let x = builder.input("x", [1, 3, 2, 2])
      let strides: [String: AttributeValue] = ["strides": .ints([stride, stride])]
      let wide = convolution(&builder, x, [16, 3, 1, 1], strides)
      builder.output(convolution(&builder, wide, [4, 16, 1, 1], strides))
      return builder
    }
    try expectMerged(model(1 << 15), into: ["Conv"])
    try expectNotMerged(model(1 << 16))
  }

  /// More positions behind the padding than before it: the one kernel would multiply more.
  @Test func paddingThatMakesMorePositions() throws {
    func model(_ pad: Int64) -> GraphBuilder {
      var builder = GraphBuilder(seed: 396)
      let x = builder.input("x", [1, 8, 2, 2])
      let wide = convolution(&builder, x, [9, 8, 1, 1], bias: false)
      builder.output(
        convolution(
          &builder, wide, [9, 9, 3, 3], bias: false, ["pads": .ints([pad, pad, pad, pad])]))
      return builder
    }
    try expectMerged(model(1), into: ["Conv"])
    // 100 times the positions: 9·8·9 each against 9·9·9 each and a little.
    try expectMerged(model(10), into: ["Conv"])
    var builder = GraphBuilder(seed: 397)
    let x = builder.input("x", [1, 8, 2, 2])
    let wide = convolution(&builder, x, [8, 8, 1, 1], bias: false)
    builder.output(
      convolution(
        &builder, wide, [8, 4, 1, 1], bias: false, ["group": .int(2), "pads": .ints([9, 9, 9, 9])]))
    try expectNotMerged(builder)
  }

  @Test func whatOthersReadStays() throws {
    func model(_ change: (inout GraphBuilder, ValueID, ValueID) -> Void) -> GraphBuilder {
      var builder = GraphBuilder(seed: 398)
      let x = builder.input("x", [2, 5])
      let wide = matrix(&builder, "Gemm", x, 5, 12)
      builder.output(matrix(&builder, "Gemm", wide, 12, 4))
      change(&builder, x, wide)
      return builder
    }
    try expectMerged(model { _, _, _ in }, into: ["Gemm"])
    try expectNotMerged(model { $0.output($2) })
    try expectNotMerged(model { $0.output($0.node("Relu", [$2])) })
    // The weights stay for other readers, so that the file would grow.
    try expectNotMerged(
      model { builder, _, wide in
        for id in builder.model[builder.model.mainGraph].nodes {
          let weight = builder.model[id].input(1)
          builder.output(builder.node("Relu", [weight]))
        }
      })
  }

  @Test func attributesThatAreNoPlainProduct() throws {
    for attributes in [["alpha": AttributeValue.float(2)]] {
      var builder = GraphBuilder(seed: 399)
      let x = builder.input("x", [2, 5])
      let wide = builder.node("Gemm", [x, builder.constant("w", [5, 12])], attributes)
      builder.output(matrix(&builder, "Gemm", wide, 12, 4))
      try expectNotMerged(builder)
    }
  }

  @Test func aBiasOfAnotherForm() throws {
    var builder = GraphBuilder(seed: 400)
    let x = builder.input("x", [2, 5])
    let wide = builder.node(
      "Gemm", [x, builder.constant("w", [5, 12]), builder.constant("b", [2, 12])])
    builder.output(matrix(&builder, "Gemm", wide, 12, 4))
    try expectNotMerged(builder)
  }

  @Test func weightsThatAreFed() throws {
    var builder = GraphBuilder(seed: 401)
    let x = builder.input("x", [2, 5])
    let fed = builder.input("fed", [5, 12])
    builder.output(matrix(&builder, "Gemm", builder.node("Gemm", [x, fed]), 12, 4))
    try expectNotMerged(builder)
  }

  /// Products of numbers that are too large for their type, or too small.
  @Test(arguments: [
    (DataType.float16, 300.0), (.float16, 0x1.01p-12), (.float32, 1e20), (.bfloat16, 1e20),
  ])
  func productsOutOfRange(_ type: DataType, _ size: Double) throws {
    func model(_ size: Double) -> GraphBuilder {
      var builder = GraphBuilder(type: type, seed: 402)
      let x = builder.input("x", [2, 2])
      let wide = builder.node(
        "MatMul", [x, builder.constant("w", [2, 8], .init(repeating: size, count: 16))])
      builder.output(
        builder.node(
          "MatMul", [wide, builder.constant("w", [8, 2], .init(repeating: size, count: 16))]))
      return builder
    }
    let check = try FoldCheck(model(2), merging)
    #expect(check.nodes == ["MatMul"] && check.exact <= 1e-12)
    try expectNotMerged(model(size))
  }

  /// Weights whose product fits, and a bias that does not.
  @Test(arguments: [1.0, 60000]) func aBiasOfHalfPrecision(_ size: Double) throws {
    var builder = GraphBuilder(type: .float16, seed: 406)
    let x = builder.input("x", [2, 2])
    let wide = builder.node(
      "Gemm",
      [
        x, builder.constant("w", [2, 8], .init(repeating: 1, count: 16)),
        builder.constant("b", [8], .init(repeating: size, count: 8)),
      ])
    builder.output(
      builder.node("Gemm", [wide, builder.constant("w", [8, 2], .init(repeating: 2, count: 16))]))
    if size == 1 {
      let check = try FoldCheck(builder, merging)
      #expect(check.nodes == ["Gemm"] && check.exact <= 1e-12)
    } else {
      try expectNotMerged(builder)
    }
  }

  @Test func excludedByTheUser() throws {
    var builder = GraphBuilder(seed: 403)
    let x = builder.input("x", [2, 5])
    builder.output(matrix(&builder, "Gemm", matrix(&builder, "Gemm", x, 5, 12), 12, 4))
    var options = merging
    options.selection.only = [NamePattern("bn*")]
    try expectNotMerged(builder, options)
  }
}
