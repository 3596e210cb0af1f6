import GraphTransforms
import ModelIR
import ModelVerification
import TestSupport
import Testing

/// `allowsAdd`: where a shift cannot pass, the scale is folded and an Add is left.
@Suite struct HalfFoldTests {
  private var allowing: FoldOptions {
    var options = FoldOptions()
    options.allowsAdd = true
    return options
  }

  /// What lets scales pass and stops shifts.
  enum Stop: CaseIterable {
    case relu, leakyRelu, paddedAverage, zeroPad, sum, norm

    /// Whether it asks for positive scales.
    var isOneSided: Bool { self == .relu || self == .leakyRelu || self == .norm }
  }

  private static func stop(_ stop: Stop, _ x: ValueID, _ builder: inout GraphBuilder) -> ValueID {
    switch stop {
    case .relu: builder.node("Relu", [x])
    case .leakyRelu: builder.node("LeakyRelu", [x], ["alpha": .float(0.25)])
    case .paddedAverage:
      builder.node(
        "AveragePool", [x],
        [
          "kernel_shape": .ints([2, 2]), "pads": .ints([1, 0, 0, 1]), "count_include_pad": .int(1),
        ])
    case .zeroPad:
      builder.node("Pad", [x, builder.integers("p", [0, 0, 1, 0, 0, 0, 0, 2])])
    case .sum:
      builder.node("ReduceSum", [x, builder.integers("axes", [2])], ["keepdims": .int(1)])
    case .norm:
      builder.node("ReduceL2", [x], ["axes": .ints([3]), "keepdims": .int(1)])
    }
  }

  /// Folded with the option, kept without; the numbers are the same, and the verifier agrees.
  private func expectHalf(
    _ builder: GraphBuilder, into nodes: [String], tolerance: Double = 4e-6,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let kept = try FoldCheck(builder)
    let normalizations = kept.result.sites.filter { $0.kind == .batchNormalization }
    #expect(normalizations.contains { !$0.isFolded }, sourceLocation: sourceLocation)
    let check = try FoldCheck(builder, allowing)
    #expect(check.nodes == nodes, sourceLocation: sourceLocation)
    #expect(check.exact <= 1e-12, sourceLocation: sourceLocation)
    #expect(check.rounded <= tolerance, sourceLocation: sourceLocation)
    let halves = check.result.sites.filter {
      if case .halfFolded = $0.outcome { true } else { false }
    }
    #expect(halves.count == 1, "\(check.result.sites)", sourceLocation: sourceLocation)
    #expect(
      check.nodes.count <= check.original[check.original.mainGraph].nodes.count,
      sourceLocation: sourceLocation)
    check.expectClaims(sourceLocation)
    check.expectNames(sourceLocation)
    var written = try FoldCheck.stored(check.result.model)
    func verdict() throws -> VerificationReport.Verdict {
      try Verifier(
        original: builder.model, written: written,
        claims: NamedClaim.claims(check.result.claims, in: check.result.model)
      ).verify().verdict
    }
    #expect(try verdict() != .failed, sourceLocation: sourceLocation)
    for claim in check.result.claims {
      let right = written
      guard let tensor = written[claim.target].initializer else { continue }
      var numbers = try tensor.doubles()
      numbers[0] += 0x1p-9 * numbers[0].magnitude
      guard numbers[0] != 0 else { continue }
      written[claim.target].initializer = builder.tensor(
        tensor.shape.dimensions, numbers, tensor.dataType)
      #expect(try verdict() == .failed, sourceLocation: sourceLocation)
      written = right
    }
  }

  @Test(arguments: Stop.allCases, [DataType.float32, .float64, .float16])
  func scalesGoBack(_ stop: Stop, _ type: DataType) throws {
    for group in [1, 2] {
      var builder = GraphBuilder(opset: 14, type: type, seed: 601)
      let x = builder.input("x", [2, 4, 5, 6])
      let w = builder.constant("w", [6, 4 / group, 3, 2])
      let c = builder.node(
        "Conv", [x, w, builder.constant("b", [6])], ["group": .int(Int64(group))])
      let middle = Self.stop(stop, c, &builder)
      let operation = builder.model.nodes.compactMap { $0?.opType }.last ?? ""
      builder.output(builder.normalization(middle, 6, positive: stop.isOneSided))
      try expectHalf(
        builder, into: ["Conv", operation, "Add"],
        tolerance: max(4e-6, type == .float16 ? 0.02 : 0))
    }
  }

  /// Layers that take scales alone.
  enum Layer: CaseIterable { case conv, grouped, transposed, two }

  @Test(arguments: Layer.allCases, [DataType.float32, .float64])
  func scalesGoForward(_ layer: Layer, _ type: DataType) throws {
    var builder = GraphBuilder(type: type, seed: 602)
    let x = builder.node("Sigmoid", [builder.input("x", [2, 4, 5, 6])])
    let y = builder.normalization(x, 4)
    let pads: AttributeValue = .ints([1, 0, 0, 1])
    switch layer {
    case .conv, .grouped:
      let group = layer == .conv ? 1 : 2
      builder.output(
        builder.node(
          "Conv", [y, builder.constant("w", [6, 4 / group, 3, 2])],
          ["pads": pads, "group": .int(Int64(group))]))
      try expectHalf(builder, into: ["Sigmoid", "Add", "Conv"], tolerance: 2e-5)
    case .transposed:
      builder.output(
        builder.node("ConvTranspose", [y, builder.constant("w", [4, 3, 3, 2])]))
      try expectHalf(builder, into: ["Sigmoid", "Add", "ConvTranspose"], tolerance: 2e-5)
    case .two:
      for _ in 0..<2 {
        builder.output(
          builder.node("Conv", [y, builder.constant("w", [6, 4, 3, 2])], ["pads": pads]))
      }
      try expectHalf(builder, into: ["Sigmoid", "Add", "Conv", "Conv"], tolerance: 2e-5)
    }
  }

  /// A normalization behind one that became an Add goes into that Add.
  @Test func whatAnAddOpensTheWayFor() throws {
    var builder = GraphBuilder(seed: 603)
    let c = builder.node(
      "Conv", [builder.input("x", [2, 4, 5, 6]), builder.constant("w", [6, 4, 3, 2])])
    let first = builder.normalization(builder.node("Relu", [c]), 6, positive: true)
    let pooled = builder.node("GlobalAveragePool", [first])
    builder.output(builder.normalization(pooled, 6, positive: true))
    let check = try FoldCheck(builder, allowing)
    #expect(check.nodes == ["Conv", "Relu", "Add", "GlobalAveragePool"])
    #expect(check.exact <= 1e-12)
    check.expectClaims(#_sourceLocation)
  }

  @Test func offByDefault() throws {
    var builder = GraphBuilder(seed: 604)
    let c = builder.node(
      "Conv", [builder.input("x", [2, 4, 5, 6]), builder.constant("w", [6, 4, 3, 2])])
    builder.output(builder.normalization(builder.node("Relu", [c]), 6, positive: true))
    try FoldCheck(builder).expectKept { if case .notLinear = $0.backward { true } else { false } }
  }

  // MARK: What must be kept

  private func expectKept(
    _ builder: GraphBuilder, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try FoldCheck(builder, allowing).expectKept({ _ in true }, sourceLocation: sourceLocation)
  }

  @Test func negativeScalesDoNotPassRelu() throws {
    var builder = GraphBuilder(seed: 605)
    let c = builder.node(
      "Conv", [builder.input("x", [2, 4, 5, 6]), builder.constant("w", [6, 4, 3, 2])])
    builder.output(builder.normalization(builder.node("Relu", [c]), 6))
    try expectKept(builder)
  }

  @Test func aScaleOfZeroLeavesNothingToAddBefore() throws {
    var builder = GraphBuilder(seed: 606)
    let x = builder.node("Sigmoid", [builder.input("x", [2, 4, 5, 6])])
    let parameters = [
      builder.constant("g", [4], [1, 0, 2, 1]), builder.constant("b", [4]),
      builder.constant("m", [4]), builder.constant("v", [4], [1, 1, 1, 1]),
    ]
    let y = builder.node("BatchNormalization", [x] + parameters.map { $0 })
    builder.output(
      builder.node(
        "Conv", [y, builder.constant("w", [6, 4, 3, 2])], ["pads": .ints([1, 0, 0, 1])]))
    try expectKept(builder)
  }

  @Test func activationsThatAreNotHomogeneousStop() throws {
    var builder = GraphBuilder(seed: 607)
    let c = builder.node(
      "Conv", [builder.input("x", [2, 4, 5, 6]), builder.constant("w", [6, 4, 3, 2])])
    builder.output(builder.normalization(builder.node("Sigmoid", [c]), 6, positive: true))
    try expectKept(builder)
  }

  @Test func anAddBroadcastsFromOpset7On() throws {
    var builder = GraphBuilder(opset: 6, seed: 608)
    let c = builder.node(
      "Conv", [builder.input("x", [2, 4, 5, 6]), builder.constant("w", [6, 4, 3, 2])])
    builder.output(
      builder.normalization(
        builder.node("Relu", [c]), 6, positive: true, attributes: ["is_test": .int(1)]))
    try expectKept(builder)
  }

  @Test func rulesThatAreOffStayOff() throws {
    var builder = GraphBuilder(seed: 609)
    let c = builder.node(
      "Conv", [builder.input("x", [2, 4, 5, 6]), builder.constant("w", [6, 4, 3, 2])])
    builder.output(builder.normalization(builder.node("Relu", [c]), 6, positive: true))
    var options = allowing
    options.disabledRules = ["activation"]
    try FoldCheck(builder, options).expectKept { _ in true }
  }
}
