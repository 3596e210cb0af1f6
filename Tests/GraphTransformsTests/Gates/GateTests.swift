import GraphEvaluation
import GraphTransforms
import ModelIR
import ModelVerification
import Testing

@Suite struct GateTests {
  /// x → Conv(w, b) → c → BatchNormalization → y.
  private struct Example {
    var builder: GraphBuilder
    var x, w, c, y: ValueID

    init(opset: Int = 17, irVersion: Int = 8, attributes: [String: AttributeValue] = [:]) {
      builder = GraphBuilder(opset: opset, irVersion: irVersion)
      x = builder.input("x", [1, 3, 4, 4])
      w = builder.constant("w", [4, 3, 1, 1])
      c = builder.node("Conv", [x, w], name: "conv")
      y = builder.normalization(c, 4, name: "bn", attributes: attributes)
    }

    func parameter(_ name: String) -> ValueID? {
      builder.model.values.indices.first { builder.model[ValueID($0)].name == "bn.\(name)" }
        .map { ValueID($0) }
    }
  }

  @Test func aValueWithTwoReaders() throws {
    var example = Example()
    example.builder.output(example.y)
    example.builder.output(example.builder.node("Relu", [example.c]))
    try FoldCheck(example.builder).expectKept {
      $0.backward == .severalConsumers(value: "conv_out", count: 2)
    }
  }

  /// Shape reads no numbers.
  @Test func aReaderOfTheShapeAlone() throws {
    var example = Example()
    example.builder.output(example.y)
    example.builder.output(example.builder.node("Shape", [example.c]))
    try FoldCheck(example.builder).expectFolded(into: ["Conv", "Shape"])

    var builder = GraphBuilder()
    let x = builder.node("Relu", [builder.input("x", [1, 3, 4, 4])])
    let y = builder.normalization(x, 3)
    builder.output(builder.node("Shape", [y]))
    builder.output(builder.node("Conv", [y, builder.constant("w", [2, 3, 2, 2])]))
    try FoldCheck(builder).expectFolded(into: ["Relu", "Shape", "Conv"], tolerance: 1e-5)
  }

  @Test func largeScalesAreSaid() throws {
    var example = Example()
    let value = try #require(example.parameter("gamma"))
    example.builder.model[value].initializer = Tensor([1, 2e6, 1, 1], shape: .vector(4))
    example.builder.output(example.y)
    let check = try FoldCheck(example.builder)
    check.expectFolded(into: ["Conv"])
    #expect(check.result.diagnostics.count == 1)
    #expect(check.result.diagnostics.first?.contains("channel 1") == true)
  }

  @Test func aValueThatIsAnOutput() throws {
    var example = Example()
    example.builder.output(example.c)
    example.builder.output(example.y)
    try FoldCheck(example.builder).expectKept {
      $0.backward == .graphOutput(value: "conv_out")
        && $0.forward == .graphOutput(value: "bn_out")
    }
  }

  @Test func aResultThatIsAnOutputAndRead() throws {
    var example = Example()
    example.builder.output(example.y)
    example.builder.output(example.builder.node("Relu", [example.y]))
    try FoldCheck(example.builder).expectFolded(into: ["Conv", "Relu"])
  }

  @Test func noProducerAndNoConsumer() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [1, 3, 4, 4])
    builder.output(builder.node("Relu", [x]))
    _ = builder.normalization(x, 3, name: "bn")
    try FoldCheck(builder).expectKept {
      $0.backward == .graphInput(value: "x") && $0.forward == .noConsumer(value: "bn_out")
    }
  }

  @Test func aNonlinearOperatorBetween() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [1, 3, 4, 4])
    let c = builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])])
    let s = builder.node("Sigmoid", [c], name: "act")
    builder.output(builder.node("Sigmoid", [builder.normalization(s, 4)]))
    try FoldCheck(builder).expectKept {
      if case .notLinear(let blocker) = $0.backward {
        blocker.description == "Sigmoid \"act\""
      } else {
        false
      }
    }
  }

  @Test func anOperatorOfAnotherDomain() throws {
    var example = Example()
    let position = example.builder.model[example.builder.model.mainGraph].nodes[0]
    example.builder.model[position].domain = "com.example"
    example.builder.model[example.builder.model.mainGraph].outputs = [example.y]
    let result = FoldPass().run(example.builder.model)
    guard case .kept(let reason) = result.sites[0].outcome,
      case .customOperator(let blocker) = reason.backward
    else {
      Issue.record("\(result.sites)")
      return
    }
    #expect(blocker.opType == "com.example.Conv")
  }

  @Test(arguments: ["gamma", "beta", "mean", "variance"])
  func aParameterThatTheCallerMayOverride(_ name: String) throws {
    var example = Example()
    let value = try #require(example.parameter(name))
    example.builder.model[value].isGraphInput = true
    example.builder.model[example.builder.model.mainGraph].inputs.append(value)
    example.builder.output(example.y)
    try FoldCheck(example.builder).expectKept {
      if case .overridable(_, let value) = $0 { value == "bn.\(name)" } else { false }
    }
    var options = FoldOptions()
    options.assumeConstantInputs = true
    try FoldCheck(example.builder, options).expectFolded(into: ["Conv"])
  }

  @Test func beforeIR4EveryInitializerIsAnInput() throws {
    var example = Example(irVersion: 3)
    for value in example.builder.model[example.builder.model.mainGraph].initializers {
      example.builder.model[value].isGraphInput = true
      example.builder.model[example.builder.model.mainGraph].inputs.append(value)
    }
    example.builder.output(example.y)
    let check = try FoldCheck(example.builder)
    check.expectFolded(into: ["Conv"])
    #expect(check.result.model[check.result.model.mainGraph].inputs.count == 1)
  }

  @Test func aWeightThatTheCallerMayOverride() throws {
    var example = Example()
    example.builder.model[example.w].isGraphInput = true
    example.builder.model[example.builder.model.mainGraph].inputs.append(example.w)
    example.builder.output(example.y)
    try FoldCheck(example.builder).expectKept {
      if case .weightNotConstant(_, "w", _) = $0.backward { true } else { false }
    }
  }

  @Test func aParameterThatTrainingChanges() throws {
    var example = Example()
    let value = try #require(example.parameter("mean"))
    example.builder.model[value].isMutable = true
    example.builder.output(example.y)
    try FoldCheck(example.builder).expectKept {
      if case .notConstant("mean", _, _) = $0 { true } else { false }
    }
  }

  struct Mode: Sendable {
    var opset: Int
    var attributes: [String: Int64] = [:]
    var outputs = 1
    var isInference: Bool
  }

  static let modes = [
    Mode(opset: 6, isInference: false),
    Mode(opset: 6, attributes: ["is_test": 1], isInference: true),
    Mode(opset: 7, isInference: true), Mode(opset: 8, outputs: 5, isInference: false),
    Mode(opset: 13, isInference: true), Mode(opset: 13, outputs: 5, isInference: false),
    Mode(opset: 14, isInference: true),
    Mode(opset: 14, attributes: ["training_mode": 1], outputs: 3, isInference: false),
    Mode(opset: 21, attributes: ["training_mode": 1], isInference: false),
  ]

  @Test(arguments: modes) func theModeByEachOpsetsRule(_ mode: Mode) throws {
    var builder = GraphBuilder(opset: mode.opset)
    let x = builder.input("x", [1, 3, 4, 4])
    let c = builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])])
    let parameters = ["g", "b", "m", "v"].map { builder.constant($0, [4], [1, 2, 3, 4]) }
    builder.output(
      builder.node(
        "BatchNormalization", [c] + parameters.map { $0 },
        mode.attributes.mapValues { .int($0) }, outputs: mode.outputs))
    let check = try FoldCheck(builder)
    if mode.isInference {
      check.expectFolded(into: ["Conv"])
    } else {
      check.expectKept { $0 == .trainingMode }
    }
  }

  /// A normalization of a constant by its own statistics (weights that are standardized) is a
  /// constant in every mode.
  @Test(arguments: [true, false], [true, false]) func whatIsMadeOfConstantsIsStored(
    trains: Bool, isFollowed: Bool
  ) throws {
    var builder = GraphBuilder(seed: 46)
    let w = builder.node(
      "Transpose", [builder.constant("w", [1, 4, 27])], ["perm": .ints([0, 1, 2])])
    let parameters = ["g", "b", "m", "v"].map { builder.constant($0, [4], [1, 2, 0.5, 4]) }
    let standardized = builder.node(
      "BatchNormalization", [w] + parameters.map { $0 },
      trains ? ["training_mode": .int(1)] : [:], name: "standard", outputs: trains ? 3 : 1)
    let scaled = builder.node("Mul", [standardized, builder.constant("k", [1, 4, 1])])
    let kernel = builder.node("Reshape", [scaled, builder.integers("r", [4, 3, 3, 3])])
    let c = builder.node("Conv", [builder.input("x", [1, 3, 5, 6]), kernel])
    builder.output(isFollowed ? builder.normalization(c, 4, name: "bn") : c)
    let result = FoldPass().run(builder.model, constants: KernelConstantEvaluator())
    let outcomes = Dictionary(
      uniqueKeysWithValues: result.sites.filter { $0.kind == .batchNormalization }
        .map { ($0.name, $0.outcome) })
    // A fold into the weight takes along what made it.
    #expect(outcomes["standard"] == .removed(rule: isFollowed ? "unused" : "constant"))
    if isFollowed, case .folded? = outcomes["bn"] {} else { #expect(!isFollowed) }
    #expect(!FoldCheck.operators(result.model).contains("BatchNormalization"))
    let expected = try DoubleRun.outputs(builder.model, builder.feeds, unrounded: false)
    let found = try DoubleRun.outputs(result.model, builder.feeds, unrounded: false)
    #expect(zip(found, expected).allSatisfy { $0.distance(to: $1) < 1e-6 })
    let report = try Verifier(
      original: builder.model, written: FoldCheck.stored(result.model),
      claims: NamedClaim.claims(result.claims, in: result.model)
    ).verify()
    #expect(report.verdict == .passed, "\(report.failures) \(report.gaps)")
  }

  @Test func parametersPerFeature() throws {
    var builder = GraphBuilder(opset: 8)
    let x = builder.input("x", [1, 3, 4, 4])
    let c = builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])])
    let y = builder.normalization(c, 4, attributes: ["spatial": .int(0)])
    builder.output(y)
    try FoldCheck(builder).expectKept { $0 == .perActivation }
  }

  @Test func parametersOfAnotherNumber() throws {
    var example = Example()
    example.builder.output(example.y)
    let value = try #require(example.parameter("beta"))
    var model = try example.builder.finished()
    model[value].initializer = example.builder.tensor([3], [1, 2, 3])
    let result = FoldPass().run(model)
    #expect(result.sites.map(\.outcome) == [.kept(.parameterShape)])
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity]) func parametersThatAreNotFinite(
    _ number: Double
  ) throws {
    for name in ["gamma", "beta", "mean", "variance"] {
      var example = Example()
      let value = try #require(example.parameter(name))
      let floats = [1, 1, Float(number), 1]
      example.builder.model[value].initializer = Tensor(floats, shape: .vector(4))
      example.builder.output(example.y)
      let result = FoldPass().run(try example.builder.finished())
      guard case .kept(let reason) = result.sites[0].outcome else {
        Issue.record("\(name) folded")
        continue
      }
      switch reason {
      case .notFinite(channel: 2), .badVariance(channel: 2, _): break
      default: Issue.record("\(reason)")
      }
    }
  }

  @Test func aVarianceThatIsNotPositive() throws {
    for (variance, folds) in [(-1e-5, false), (-1, false), (0, true)] as [(Float, Bool)] {
      var example = Example(attributes: ["epsilon": .float(1e-5)])
      let value = try #require(example.parameter("variance"))
      let floats = [variance, 1, 1, 1]
      example.builder.model[value].initializer = Tensor(floats, shape: .vector(4))
      example.builder.output(example.y)
      let result = FoldPass().run(try example.builder.finished())
      #expect(result.sites[0].isFolded == folds)
      if !folds {
        guard case .kept(.badVariance(channel: 0, _)) = result.sites[0].outcome else {
          Issue.record("\(result.sites[0].outcome)")
          continue
        }
      }
    }
  }

  @Test func whatTheUserExcludes() throws {
    var example = Example()
    example.builder.output(example.y)
    let node = example.builder.model[example.builder.model.mainGraph].nodes[1]
    var options = FoldOptions()
    options.excluded = [node: .excluded("--skip bn")]
    try FoldCheck(example.builder, options).expectKept { $0 == .excluded("--skip bn") }
    options = FoldOptions()
    options.disabledRules = ["conv"]
    try FoldCheck(example.builder, options).expectKept {
      if case .ruleOff("conv", _) = $0.backward { true } else { false }
    }
    options = FoldOptions()
    options.refusal = { _, _ in "the format has no place for it" }
    try FoldCheck(example.builder, options).expectKept {
      $0.backward == .notWritable("the format has no place for it")
        || $0 == .notWritable("the format has no place for it")
    }
  }

  @Test func sharedWeightsGetACopy() throws {
    var example = Example()
    example.builder.output(example.y)
    example.builder.output(
      example.builder.node("Conv", [example.x, example.w], ["strides": .ints([2, 2])]))
    let check = try FoldCheck(example.builder)
    check.expectFolded(into: ["Conv", "Conv"])
    #expect(check.result.model[example.w].initializer != nil)
    var options = FoldOptions()
    options.noDuplicate = true
    try FoldCheck(example.builder, options).expectKept {
      if case .sharedWeight(_, "w") = $0.backward { true } else { false }
    }
  }

  @Test func parametersMayBeShared() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [1, 3, 4, 4])
    let parameters = (0..<4).map {
      builder.constant("p\($0)", [4], [1.5, 2, 0.25, Double($0 + 1)])
    }
    var results: [ValueID] = []
    for name in ["u", "v"] {
      let c = builder.node("Conv", [x, builder.constant(name, [4, 3, 1, 1])])
      results.append(builder.node("BatchNormalization", [c] + parameters.map { $0 }))
    }
    builder.output(builder.node("Mul", [results[0], results[1]]))
    try FoldCheck(builder).expectFolded(into: ["Conv", "Conv", "Mul"])
  }

  @Test func halfThatOverflows() throws {
    var builder = GraphBuilder(type: .float16)
    let x = builder.input("x", [1, 1, 1, 1])
    let c = builder.node("Conv", [x, builder.constant("w", [1, 1, 1, 1], [60000])])
    let parameters = [[4], [0], [0], [1]].enumerated().map {
      builder.constant("p\($0.offset)", [1], $0.element.map(Double.init))
    }
    builder.output(builder.node("BatchNormalization", [c] + parameters.map { $0 }))
    try FoldCheck(builder).expectKept {
      if case .doesNotFit("w", 0, _) = $0 { true } else { false }
    }
  }

  /// A bias of 1½ of the smallest numbers is rounded, as the sums will be; a weight is not.
  @Test(arguments: [true, false]) func halvesAmongTheSmallest(isBias: Bool) throws {
    var builder = GraphBuilder(type: .float16)
    let x = builder.input("x", [1, 1, 1, 1])
    let c = builder.node("Conv", [x, builder.constant("w", [1, 1, 1, 1], [isBias ? 1 : 0x3p-24])])
    let parameters = [[0.5], [0], [isBias ? 0x3p-24 : 0], [1]].enumerated().map {
      builder.constant("p\($0.offset)", [1], $0.element)
    }
    builder.output(
      builder.node("BatchNormalization", [c] + parameters.map { $0 }, ["epsilon": .float(0)]))
    let check = try FoldCheck(builder)
    if isBias {
      #expect(check.nodes == ["Conv"])
    } else {
      check.expectKept { if case .doesNotFit("w", 0, _) = $0 { true } else { false } }
    }
  }

  @Test func aMeanFarFromZeroLosesAccuracyForward() throws {
    for (mean, folds) in [(10.0, true), (100.0, false)] {
      var builder = GraphBuilder()
      let x = builder.node("Relu", [builder.input("x", [1, 2, 4, 4])])
      let parameters = [
        builder.constant("g", [2], [1, 1]), builder.constant("b", [2], [0, 0]),
        builder.constant("m", [2], [mean, mean]), builder.constant("v", [2], [1, 1]),
      ]
      let y = builder.node("BatchNormalization", [x] + parameters.map { $0 })
      builder.output(builder.node("Conv", [y, builder.constant("w", [2, 2, 1, 1])]))
      if folds {
        try FoldCheck(builder).expectFolded(into: ["Relu", "Conv"], tolerance: 1e-4)
      } else {
        try FoldCheck(builder).expectKept {
          // κ = √(100² + 1).
          if case .losesAccuracy(let bits, _) = $0.forward {
            abs(bits - 6.644) < 0.01
          } else {
            false
          }
        }
        var options = FoldOptions()
        options.allowLoss = true
        #expect(try FoldCheck(builder, options).result.sites[0].isFolded)
      }
    }
  }
}
