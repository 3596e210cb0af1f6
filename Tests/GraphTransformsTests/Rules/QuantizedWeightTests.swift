import GraphTransforms
import ModelIR
import ModelVerification
import TestSupport
import Testing

/// Weights behind DequantizeLinear: scales move into its scale, signs into its whole numbers.
@Suite struct QuantizedWeightTests {
  /// How a weight is stored.
  struct Storage: Sendable, CustomTestStringConvertible {
    var type = DataType.int8
    /// One scale for each output channel, else one for all.
    var perChannel = true
    var zeroPoint = false
    /// Of the shape [1] instead of [].
    var vector = false
    var testDescription: String {
      "\(type.name)\(perChannel ? " per channel" : "")\(zeroPoint ? ", zero point" : "")"
    }
  }

  static let storages = [
    Storage(), Storage(zeroPoint: true), Storage(type: .uint8, zeroPoint: true),
    Storage(perChannel: false), Storage(perChannel: false, zeroPoint: true),
    Storage(type: .uint8, perChannel: false, zeroPoint: true, vector: true),
  ]

  /// Linear operators that read the weight.
  enum Layer: CaseIterable {
    case conv, grouped, depthwise, transposed, gemm, gemmTransposed, matmul, turned
  }

  /// The signs of the scales.
  enum Signs: CaseIterable { case positive, mixed, zero, negative }

  /// A weight that DequantizeLinear makes.
  ///
  /// Scales have few bits, so that products of whole numbers and scales are exact in Float: what is
  /// left is the fold's own rounding.
  static func weight(
    _ builder: inout GraphBuilder, _ shape: [Int], axis: Int, _ storage: Storage,
    least: Double = 20, attributes: [String: AttributeValue] = [:]
  ) -> ValueID {
    let unsigned = storage.type == .uint8
    let numbers = (0..<shape.reduce(1, *)).map { _ in
      least + Double(builder.random.next() % 90) - (unsigned ? -20 : 60)
    }
    let entries = storage.perChannel ? shape[axis] : 1
    let scales = (0..<entries).map { _ in Double(1 + builder.random.next() % 15) * 0x1p-8 }
    let zeros = (0..<entries).map { _ in
      Double(builder.random.next() % 5) + (unsigned ? 100 : -2)
    }
    let shapeOfScale = storage.perChannel || storage.vector ? [entries] : []
    let graph = builder.model.mainGraph
    let q = builder.model.addInitializer(
      "q", builder.tensor(shape, numbers, storage.type), to: graph)
    let s = builder.constant("s", shapeOfScale, scales)
    let z =
      storage.zeroPoint
      ? builder.model.addInitializer(
        "z", builder.tensor(shapeOfScale, zeros, storage.type), to: graph) : nil
    return builder.node(
      "DequantizeLinear", [q, s] + (z.map { [$0] } ?? []),
      (storage.perChannel ? ["axis": .int(Int64(axis))] : [:]).merging(attributes) { $1 },
      name: "dq")
  }

  static func normalization(
    _ builder: inout GraphBuilder, _ x: ValueID, _ channels: Int, _ signs: Signs
  ) -> ValueID {
    let y = builder.normalization(x, channels, name: "bn", positive: true)
    guard signs != .positive,
      let gamma = builder.model.values.indices.map({ ValueID($0) }).first(where: {
        builder.model[$0].name == "bn.gamma"
      }), var numbers = try? builder.model[gamma].initializer?.doubles()
    else { return y }
    for c in numbers.indices {
      switch signs {
      case .mixed where c % 2 == 1: numbers[c] = -numbers[c]
      case .negative: numbers[c] = -numbers[c]
      case .zero where c == 1: numbers[c] = 0
      default: break
      }
    }
    builder.model[gamma].initializer = builder.tensor([channels], numbers)
    return y
  }

  /// Layer → normalization.
  private func backward(
    _ layer: Layer, _ storage: Storage, _ signs: Signs, opset: Int = 17
  ) -> GraphBuilder {
    var builder = GraphBuilder(opset: opset, seed: 501)
    let image = [2, 4, 5, 6]
    let y: ValueID
    var channels = 6
    switch layer {
    case .conv, .grouped, .depthwise:
      let group = layer == .conv ? 1 : layer == .grouped ? 2 : 4
      channels = layer == .depthwise ? 8 : 6
      let w = Self.weight(&builder, [channels, 4 / group, 3, 2], axis: 0, storage)
      y = builder.node(
        "Conv", [builder.input("x", image), w, builder.constant("b", [channels])],
        ["group": .int(Int64(group)), "pads": .ints([1, 0, 0, 1])])
    case .transposed:
      let w = Self.weight(&builder, [4, 6, 3, 2], axis: 1, storage)
      y = builder.node("ConvTranspose", [builder.input("x", image), w])
    case .gemm:
      let w = Self.weight(&builder, [5, 6], axis: 1, storage)
      y = builder.node("Gemm", [builder.input("x", [3, 5]), w, builder.constant("b", [6])])
    case .gemmTransposed:
      let w = Self.weight(&builder, [6, 5], axis: 0, storage)
      y = builder.node("Gemm", [builder.input("x", [3, 5]), w], ["transB": .int(1)])
    case .matmul:
      let w = Self.weight(&builder, [5, 6], axis: 1, storage)
      y = builder.node("MatMul", [builder.input("x", [3, 5]), w])
    case .turned:
      let w = Self.weight(&builder, [6, 5], axis: 0, storage)
      let same = builder.node("Identity", [w])
      let turned = builder.node("Transpose", [same])
      y = builder.node("MatMul", [builder.input("x", [3, 5]), turned])
    }
    builder.output(Self.normalization(&builder, y, channels, signs))
    return builder
  }

  @Test(arguments: Layer.allCases, storages)
  func takesWhatFollows(_ layer: Layer, _ storage: Storage) throws {
    for signs in Signs.allCases {
      let check = try FoldCheck(backward(layer, storage, signs))
      check.expectFolded(into: check.nodes, tolerance: 2e-6)
      #expect(!check.nodes.contains("BatchNormalization"))
      #expect(check.nodes.contains("DequantizeLinear"))
      // The weight stays what it was: whole numbers of the same type, and positive scales.
      for id in check.result.model.graphs.flatMap(\.initializers) {
        guard let tensor = check.result.model[id].initializer else { continue }
        let name = check.result.model[id].name
        if name.hasPrefix("q") { #expect(tensor.dataType == storage.type) }
        if name.hasPrefix("s") { #expect(try tensor.doubles().allSatisfy { $0 > 0 }) }
      }
      let turned = check.result.claims.contains {
        if case .quantized = $0.role { true } else { false }
      }
      #expect(turned == (signs != .positive))
    }
  }

  @Test(arguments: storages) func takesWhatComesBefore(_ storage: Storage) throws {
    // Scales along the input channels, or one for all, which then becomes one for each.
    var storage = storage
    storage.perChannel = storage.perChannel && storage.type == .int8
    var builder = GraphBuilder(seed: 502)
    let y = Self.normalization(&builder, builder.input("x", [2, 4, 5, 6]), 4, .mixed)
    let w = Self.weight(&builder, [6, 4, 3, 2], axis: 1, storage)
    builder.output(builder.node("Conv", [y, w]))
    var options = FoldOptions()
    options.allowLoss = true
    let check = try FoldCheck(builder, options)
    check.expectFolded(
      into: ["DequantizeLinear", "Conv"], rule: "dequantize+conv-forward", tolerance: 4e-6)
  }

  @Test func depthwiseInputsAreRowsOfTheWeight() throws {
    var builder = GraphBuilder(seed: 503)
    let y = Self.normalization(&builder, builder.input("x", [2, 4, 5, 6]), 4, .mixed)
    let w = Self.weight(&builder, [8, 1, 3, 2], axis: 0, Storage())
    builder.output(builder.node("Conv", [y, w], ["group": .int(4)]))
    var options = FoldOptions()
    options.allowLoss = true
    try FoldCheck(builder, options).expectFolded(
      into: ["DequantizeLinear", "Conv"], rule: "dequantize+conv-forward", tolerance: 4e-6)
  }

  @Test func severalFoldsRoundOnce() throws {
    var builder = GraphBuilder(seed: 504)
    let storage = Storage(type: .uint8, perChannel: false, zeroPoint: true)
    let halved = builder.node("Neg", [builder.input("x", [2, 4, 5, 6])])
    let w = Self.weight(&builder, [6, 4, 3, 2], axis: 0, storage)
    let c = builder.node("Conv", [halved, w])
    let first = builder.node("Mul", [c, builder.constant("m", [6, 1, 1], [1, -2, 3, -4, 0, 6])])
    builder.output(Self.normalization(&builder, first, 6, .mixed))
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["DequantizeLinear", "Conv"], tolerance: 4e-6)
    #expect(check.result.claims.map(\.steps.count).max() == 3)
    #expect(check.result.claims.count == 3)
  }

  @Test func aSignAloneLeavesTheScale() throws {
    var builder = GraphBuilder(opset: 12, seed: 505)
    let w = Self.weight(&builder, [6, 4, 3, 2], axis: 0, Storage(perChannel: false))
    let c = builder.node("Conv", [builder.input("x", [2, 4, 5, 6]), w])
    let signs = builder.constant("m", [6, 1, 1], [1, -1, 1, 1, -1, 1])
    builder.output(builder.node("Mul", [c, signs]))
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["DequantizeLinear", "Conv"])
    #expect(check.result.claims.count == 1)
  }

  @Test func oneScaleForAllMeetsAnotherBeforeOpset13() throws {
    var builder = GraphBuilder(opset: 10, seed: 506)
    let w = Self.weight(&builder, [6, 4, 3, 2], axis: 0, Storage(perChannel: false))
    let c = builder.node("Conv", [builder.input("x", [2, 4, 5, 6]), w])
    builder.output(builder.node("Mul", [c, builder.constant("m", [], [-3.3])]))
    try FoldCheck(builder).expectFolded(into: ["DequantizeLinear", "Conv"])
  }

  @Test func aQuantizedBiasBecomesFloats() throws {
    var builder = GraphBuilder(seed: 507)
    let w = Self.weight(&builder, [6, 4, 3, 2], axis: 0, Storage())
    let graph = builder.model.mainGraph
    let numbers = TensorShape([6]).flatMap {
      Tensor(dataType: .int32, shape: $0, bytes: (0..<6).flatMap { [UInt8($0), 1, 0, 0] })
    }
    let q = builder.model.addInitializer("bq", try #require(numbers), to: graph)
    let b = builder.node("DequantizeLinear", [q, builder.constant("bs", [], [0x1p-9])])
    let c = builder.node("Conv", [builder.input("x", [2, 4, 5, 6]), w, b])
    builder.output(Self.normalization(&builder, c, 6, .positive))
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["DequantizeLinear", "Conv"])
    let bias = check.result.claims.first { if case .bias = $0.role { true } else { false } }
    #expect(check.result.model[try #require(bias).target].initializer?.dataType == .float32)
  }

  // MARK: What must be kept

  private func expectKept(
    _ builder: GraphBuilder, _ options: FoldOptions = FoldOptions(),
    sourceLocation: SourceLocation = #_sourceLocation, _ matches: (KeepReason) -> Bool
  ) throws {
    try FoldCheck(builder, options).expectKept(
      { reason in [reason.backward, reason.forward].contains { $0.map(matches) ?? false } },
      sourceLocation: sourceLocation)
  }

  private func expectKept(
    _ builder: GraphBuilder, saying text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expectKept(builder, sourceLocation: sourceLocation) {
      if case .unsupportedForm(_, let found) = $0 { found.contains(text) } else { false }
    }
  }

  @Test func oneScaleForAllIsAllThereIsBeforeOpset13() throws {
    try expectKept(
      backward(.conv, Storage(perChannel: false), .positive, opset: 12),
      saying: "before opset 13")
  }

  @Test func blocksOfNumbersAreKept() throws {
    var builder = GraphBuilder(opset: 21, seed: 508)
    let q = builder.model.addInitializer(
      "q", builder.tensor([4, 6], (0..<24).map { Double($0) - 9 }, .int8),
      to: builder.model.mainGraph)
    let w = builder.node(
      "DequantizeLinear", [q, builder.constant("s", [2, 6])],
      ["axis": .int(0), "block_size": .int(2)])
    let y = builder.node("MatMul", [builder.input("x", [3, 4]), w])
    builder.output(builder.normalization(y, 6))
    try expectKept(builder, saying: "blocks")
  }

  @Test func scalesAlongAnotherAxisAreKept() throws {
    var builder = GraphBuilder(seed: 509)
    let w = Self.weight(&builder, [6, 4, 3, 2], axis: 1, Storage())
    let c = builder.node("Conv", [builder.input("x", [2, 4, 5, 6]), w])
    builder.output(builder.normalization(c, 6))
    try expectKept(builder, saying: "another axis")
  }

  @Test func scalesAlongTwoAxesAreKept() throws {
    var builder = GraphBuilder(seed: 510)
    let y = builder.normalization(builder.input("x", [2, 4, 5, 6]), 4)
    let w = Self.weight(&builder, [6, 2, 3, 2], axis: 0, Storage())
    builder.output(builder.node("Conv", [y, w], ["group": .int(2)]))
    try expectKept(builder, saying: "two axes")
  }

  @Test func zeroPointsAlongAnotherAxisAreKept() throws {
    var builder = GraphBuilder(seed: 511)
    let w = Self.weight(&builder, [6, 4, 3, 2], axis: 1, Storage(zeroPoint: true))
    let c = builder.node("Conv", [builder.input("x", [2, 4, 5, 6]), w])
    let signs = builder.constant("m", [6, 1, 1], [1, -1, 1, 1, -1, 1])
    builder.output(builder.node("Mul", [c, signs]))
    try expectKept(builder, saying: "zero points")
  }

  @Test func aNumberWithoutAnOppositeIsKept() throws {
    var builder = GraphBuilder(seed: 512)
    let w = Self.weight(&builder, [6, 4, 3, 2], axis: 0, Storage(), least: -68)
    let c = builder.node("Conv", [builder.input("x", [2, 4, 5, 6]), w])
    builder.output(Self.normalization(&builder, c, 6, .negative))
    try expectKept(builder) {
      if case .doesNotFit("q", _, _) = $0 { true } else { false }
    }
  }

  @Test func otherTypesKeepTheirSigns() throws {
    for (signs, isKept) in [(Signs.mixed, true), (.positive, false)] {
      var builder = GraphBuilder(opset: 21, seed: 513)
      let bytes: [UInt8] = (0..<144).flatMap { (low: UInt8) -> [UInt8] in [low, 0] }
      let shape = try #require(TensorShape([6, 4, 3, 2]))
      let q = builder.model.addInitializer(
        "q", try #require(Tensor(dataType: .int16, shape: shape, bytes: bytes)),
        to: builder.model.mainGraph)
      let w = builder.node("DequantizeLinear", [q, builder.constant("s", [], [0x1p-9])])
      let c = builder.node("Conv", [builder.input("x", [2, 4, 5, 6]), w])
      builder.output(Self.normalization(&builder, c, 6, signs))
      if isKept {
        try expectKept(builder, saying: "int16")
      } else {
        try FoldCheck(builder).expectFolded(into: ["DequantizeLinear", "Conv"])
      }
    }
  }

  @Test func aSharedWeightIsKept() throws {
    var builder = GraphBuilder(seed: 514)
    let x = builder.input("x", [2, 4, 5, 6])
    let w = Self.weight(&builder, [6, 4, 3, 2], axis: 0, Storage())
    builder.output(builder.node("Conv", [x, w]))
    builder.output(builder.normalization(builder.node("Conv", [x, w]), 6))
    try expectKept(builder) {
      if case .severalConsumers(_, 2) = $0 { true } else { false }
    }
  }

  @Test func aWeightThatIsAnOutputIsKept() throws {
    var builder = GraphBuilder(seed: 515)
    let w = Self.weight(&builder, [6, 4, 3, 2], axis: 0, Storage())
    let c = builder.node("Conv", [builder.input("x", [2, 4, 5, 6]), w])
    builder.output(builder.normalization(c, 6))
    builder.output(w)
    try expectKept(builder) { if case .graphOutput("dq_out") = $0 { true } else { false } }
  }

  @Test func copiesThatAreNotWantedAreNotMade() throws {
    var builder = GraphBuilder(seed: 516)
    let w = Self.weight(&builder, [6, 4, 3, 2], axis: 0, Storage())
    let dequantizer = try #require(builder.model.producer(of: w))
    let scale = try #require(builder.model[dequantizer].input(1))
    let c = builder.node("Conv", [builder.input("x", [2, 4, 5, 6]), w])
    builder.output(builder.normalization(c, 6))
    builder.output(builder.node("Add", [scale, scale]))
    var options = FoldOptions()
    options.noDuplicate = true
    try expectKept(builder, options) {
      if case .sharedWeight(_, "s") = $0 { true } else { false }
    }
  }

  @Test(arguments: ["dequantize", "dequantize-backward"])
  func aRuleThatIsOffKeepsIt(_ rule: String) throws {
    var options = FoldOptions()
    options.disabledRules = [rule]
    try expectKept(backward(.conv, Storage(), .mixed), options) {
      if case .ruleOff(rule, _) = $0 { true } else { false }
    }
  }

  @Test func whatStandsBetweenIsKept() throws {
    var builder = GraphBuilder(seed: 517)
    let flat = Self.weight(&builder, [6, 24], axis: 0, Storage())
    let w = builder.node("Reshape", [flat, builder.integers("r", [6, 4, 3, 2])])
    let c = builder.node("Conv", [builder.input("x", [2, 4, 5, 6]), w])
    builder.output(builder.normalization(c, 6))
    try expectKept(builder, saying: "stands between")
  }

  @Test func anotherOutputTypeIsKept() throws {
    var builder = GraphBuilder(opset: 23, seed: 518)
    builder.type = .float16
    let s = builder.constant("s", [], [0x1p-6])
    builder.type = .float32
    let q = builder.model.addInitializer(
      "q", builder.tensor([6, 4, 1, 1], (0..<24).map { Double($0) - 9 }, .int8),
      to: builder.model.mainGraph)
    let w = builder.node(
      "DequantizeLinear", [q, s], ["output_dtype": .int(Int64(DataType.float32.rawValue))])
    let c = builder.node("Conv", [builder.input("x", [2, 4, 5, 6]), w])
    builder.output(builder.normalization(c, 6))
    try expectKept(builder, saying: "another type")
  }

  // MARK: The verifier

  /// Errors in what stands around a quantized weight.
  enum Mistake: CaseIterable { case axis, sign, swappedScales, zeroPoint, forgottenScale }

  @Test(arguments: Mistake.allCases) func mistakesAreSeen(_ mistake: Mistake) throws {
    let storage = Storage(perChannel: mistake != .axis, zeroPoint: true)
    var builder = GraphBuilder(seed: 519)
    let w = Self.weight(&builder, [4, 4, 3, 2], axis: 0, storage)
    let c = builder.node("Conv", [builder.input("x", [2, 4, 5, 6]), w])
    builder.output(Self.normalization(&builder, c, 4, .mixed))
    let check = try FoldCheck(builder)
    var written = try FoldCheck.stored(check.result.model)
    func verdict(_ claims: [FoldClaim]?) throws -> VerificationReport.Verdict {
      try Verifier(
        original: builder.model, written: written,
        claims: claims.map { NamedClaim.claims($0, in: check.result.model) }
      ).verify().verdict
    }
    #expect(try verdict(check.result.claims) == .passed)
    let node = try #require(
      written.nodes.indices.map { NodeID($0) }.first {
        written.contains($0) && written[$0].opType == "DequantizeLinear"
      })
    func input(_ position: Int) throws -> ValueID { try #require(written[node].input(position)) }
    func change(_ value: ValueID, _ body: (inout [Double]) -> Void) throws {
      let tensor = try #require(written[value].initializer)
      var numbers = try tensor.doubles()
      body(&numbers)
      written[value].initializer = builder.tensor(
        tensor.shape.dimensions, numbers, tensor.dataType)
    }
    switch mistake {
    case .axis: written[node].setAttribute("axis", .int(1))
    case .sign: try change(input(0)) { $0[30] = -$0[30] }
    case .swappedScales: try change(input(1)) { $0.swapAt(0, 1) }
    case .zeroPoint: try change(input(2)) { $0[1] += 1 }
    case .forgottenScale: try change(input(1)) { $0[2] *= 1.001 }
    }
    #expect(try verdict(check.result.claims) == .failed)
    #expect(try verdict(nil) == .failed)
  }
}
