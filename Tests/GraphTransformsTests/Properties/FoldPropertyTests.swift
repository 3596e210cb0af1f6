import Foundation
import GraphEvaluation
import GraphTransforms
import ModelIR
import ModelVerification
import TestSupport
import Testing

/// Random blocks, folded, held against Double, verified, broken and verified again.
///
/// `BNFOLD_FUZZ_FOLD=20000` takes that many cases (`make fuzz-fold`).
@Suite struct FoldPropertyTests {
  static let count =
    ProcessInfo.processInfo.environment["BNFOLD_FUZZ_FOLD"].flatMap { Int($0) } ?? 200

  private func outputs(
    _ model: Model, _ feeds: [ValueID: Reference], unrounded: Bool = false
  ) throws -> [Reference] {
    try DoubleRun.outputs(model, feeds, unrounded: unrounded)
  }

  /// What one rounding of every new number can come to: the folded model over magnitudes, where
  /// nothing cancels.
  private func bound(_ folded: Model, _ block: RandomBlock, _ roundings: Double) throws -> [Double]
  {
    var model = folded
    for id in model.graphs.flatMap(\.initializers) {
      guard let tensor = model[id].initializer, tensor.dataType == block.builder.type,
        model[id].name.hasPrefix("scales") == false
      else { continue }
      let magnitudes = try tensor.doubles().map(\.magnitude)
      model[id].initializer = block.builder.tensor(tensor.shape.dimensions, magnitudes)
    }
    for position in model.nodes.indices {
      switch model.nodes[position]?.opType {
      case "Sub": model[NodeID(position)].opType = "Add"
      // Limits only cut off errors, but have roundings of their own.
      case "Clip":
        model[NodeID(position)].opType = "Sum"
        model[NodeID(position)].inputs.removeAll { $0 == nil }
      case "DequantizeLinear": try takeMagnitudes(of: NodeID(position), in: &model, block.builder)
      default: break
      }
    }
    let feeds = block.builder.feeds.mapValues { $0.map(\.magnitude) }
    let u = block.builder.type.unitRoundoff ?? 0
    return try outputs(model, feeds).flatMap(\.values).map { 1.1 * roundings * u * $0 + 1e-300 }
  }

  /// |q − z| and no zero point, for a DequantizeLinear's.
  private func takeMagnitudes(
    of id: NodeID, in model: inout Model, _ builder: GraphBuilder
  ) throws {
    var node = model[id]
    guard let q = node.input(0), let tensor = model[q].initializer else { return }
    var zeros = [0.0]
    if let z = node.input(2), let stored = model[z].initializer { zeros = try stored.doubles() }
    let shape = tensor.shape.dimensions
    let row = shape.dropFirst().reduce(1, *)
    let numbers = try tensor.doubles().enumerated().map { element, number in
      (number - zeros[zeros.count == 1 ? 0 : element / row]).magnitude
    }
    model[q].initializer = builder.tensor(shape, numbers, .float64)
    node.inputs = Array(node.inputs.prefix(2))
    model[id] = node
  }

  private func block(_ seed: UInt64) -> RandomBlock {
    switch seed % 12 {
    case 2, 5, 8: .forward(seed: seed)
    case 3: .merged(seed: seed)
    case 7: .half(seed: seed)
    case 11: .row(seed: seed)
    default: .backward(seed: seed)
    }
  }

  /// Whether the normalization went, whole or half as the block allows, or does not fit its type.
  private func isSettled(_ result: FoldResult, _ block: RandomBlock) -> Bool? {
    guard let site = result.sites.last(where: { $0.kind == .batchNormalization }) else {
      return false
    }
    switch site.outcome {
    case .folded, .merged: return !block.options.mergesLayers || !result.merges.isEmpty
    case .halfFolded: return block.options.allowsAdd
    case .kept(.doesNotFit): return block.builder.type == .float16 ? nil : false
    default: return false
    }
  }

  /// A bound for blocks in which sums over magnitudes say nothing.
  private func measured(_ expected: [Reference], _ block: RandomBlock) -> [Double] {
    let largest = expected.flatMap(\.values).reduce(0) { max($0, $1.magnitude) }
    let u = block.builder.type.unitRoundoff ?? 0
    return expected.flatMap(\.values).map { _ in 16 * u * largest }
  }

  @Test func soundFoldsAreMadeAndMistakesAreCaught() throws {
    var (mistakes, caught) = (0, 0)
    var missed: [String] = []
    for seed in 0..<UInt64(Self.count) {
      let block = block(seed)
      let original = block.builder.model
      // Half precision does not hold every random number.
      let isStored = original.graphs.flatMap(\.initializers).allSatisfy {
        if case .derived = original[$0].initializer?.storage { false } else { true }
      }
      guard isStored else { continue }
      let feeds = block.builder.feeds
      let result = FoldPass(block.options).run(original, constants: KernelConstantEvaluator())
      let name = "seed \(seed), \(block.builder.type): \(block.story.joined(separator: " → "))"
      guard let isFolded = isSettled(result, block) else { continue }
      guard isFolded else {
        Issue.record("\(name): \(result.sites.map(\.outcome))")
        continue
      }
      let expected = try outputs(original, feeds)
      let unrounded = try outputs(result.model, feeds, unrounded: true)
      let exact = zip(unrounded, expected).map { $0.distance(to: $1) }.max() ?? .infinity
      #expect(exact <= 1e-11, "\(name)")
      let written = try FoldCheck.stored(result.model)
      let found = try outputs(written, feeds)
      let limits =
        try block.isBounded ? bound(written, block, block.roundings) : measured(expected, block)
      let differences = zip(found.flatMap(\.values), expected.flatMap(\.values)).map {
        ($0 - $1).magnitude
      }
      #expect(zip(differences, limits).allSatisfy { $0 <= $1 + 1e-13 }, "\(name)")

      func verify(_ model: Model) throws -> VerificationReport {
        try Verifier(
          original: original, written: model,
          claims: NamedClaim.claims(result.claims, in: result.model)
        ).verify()
      }
      let judged = try verify(written)
      #expect(judged.verdict != .failed, "\(name): \(judged.failures.prefix(2))")
      var random = SplitMix64(seed: seed &+ 99)
      let kinds = FoldMutation.allCases
      let mutation = kinds[Int(random.next() % UInt64(kinds.count))]
      guard let wrong = try mutation.applied(to: written, result.claims, &random) else { continue }
      let changed = try outputs(wrong, feeds)
      let effect = zip(changed.flatMap(\.values), expected.flatMap(\.values)).map {
        ($0 - $1).magnitude
      }
      // A mistake that does no more than rounding may do is none.
      guard zip(effect, limits).contains(where: { $0 > $1 + 1e-13 }) else { continue }
      mistakes += 1
      let report = try verify(wrong)
      if report.verdict == .failed {
        caught += 1
      } else {
        missed.append("\(mutation), \(name), \(report.gaps.map(\.reason))")
      }
    }
    #expect(mistakes > Self.count / 4)
    #expect(
      Double(caught) >= 0.995 * Double(mistakes), "\(caught) of \(mistakes): \(missed.prefix(5))")
  }

  // MARK: What must be kept

  /// Ways in which a fold would be wrong.
  enum Spoiler: CaseIterable {
    case activation, negativeThroughRelu, negativeThroughMaxPool, shiftThroughRelu, paddedAverage
    case output, secondReader, fedParameter, training, fedWeight, heightForChannels, tokens
    case paddedForward, constantPad, clip, narrowingCast, sharedQuantized
  }

  @Test func unsoundFoldsAreNotMade() throws {
    for seed in 0..<UInt64(Self.count) {
      let spoilers = Spoiler.allCases
      let spoiler = spoilers[Int(seed) % spoilers.count]
      var block = RandomBlock(seed: seed &+ 1_000_000)
      let site = spoiled(&block, spoiler)
      let original = block.builder.model
      var options = FoldOptions()
      options.foldsArithmetic = false
      options.allowLoss = true
      let result = FoldPass(options).run(original, constants: KernelConstantEvaluator())
      let outcome = result.sites.first { original[$0.node].output(0) == site }?.outcome
      guard case .kept(let reason)? = outcome else {
        Issue.record("seed \(seed), \(spoiler): \(String(describing: outcome))")
        continue
      }
      #expect(!reason.description.isEmpty)
      #expect(result.journal.isEmpty, "seed \(seed), \(spoiler)")
    }
  }

  /// A block that must be kept; gives what its BatchNormalization makes.
  private func spoiled(_ block: inout RandomBlock, _ spoiler: Spoiler) -> ValueID {
    let x = block.input()
    if spoiler == .paddedForward {
      let y = block.normalized(block.node("Sigmoid", [x]))
      block.builder.output(
        block.node(
          "Conv", [y, block.builder.constant("w", [4, 4, 3, 3])],
          ["pads": .ints([0, 1, 0, 0])]))
      return y
    }
    let weight: ValueID =
      switch spoiler {
      case .fedWeight: block.builder.input("fed", [4, 4, 1, 1])
      case .sharedQuantized:
        QuantizedWeightTests.weight(
          &block.builder, [4, 4, 1, 1], axis: 0, .init(perChannel: block.pick(2) == 0))
      default: block.builder.constant("w", [4, 4, 1, 1])
      }
    if spoiler == .sharedQuantized { block.builder.output(block.node("Neg", [weight])) }
    let linear =
      spoiler == .tokens
      ? block.node(
        "MatMul", [block.builder.input("t", [2, 4, 4]), block.builder.constant("m", [4, 4])])
      : block.node("Conv", [x, weight])
    let between: ValueID =
      switch spoiler {
      case .activation:
        block.node(["Sigmoid", "HardSwish", "Softmax", "Erf"][block.pick(4)], [linear])
      case .negativeThroughRelu, .shiftThroughRelu: block.node("Relu", [linear])
      case .negativeThroughMaxPool:
        block.node("MaxPool", [linear], ["kernel_shape": .ints([2, 2])])
      case .paddedAverage:
        block.node(
          "AveragePool", [linear],
          [
            "kernel_shape": .ints([2, 2]), "pads": .ints([1, 0, 0, 0]),
            "count_include_pad": .int(1),
          ])
      case .heightForChannels:
        block.node("Transpose", [linear], ["perm": .ints([0, 2, 1, 3])])
      case .clip: block.node("Clip", [linear, block.builder.constant("low", [], [-0.5])])
      case .narrowingCast:
        block.node(
          "Cast", [linear],
          [
            "to": .int(
              Int64((block.builder.type == .float16 ? DataType.bfloat16 : .float16).rawValue))
          ])
      case .constantPad:
        block.node("Pad", [linear, block.builder.integers("p", [0, 0, 1, 0, 0, 0, 0, 0])])
      default: linear
      }
    let (gamma, shift): ([Double], Double) =
      switch spoiler {
      case .negativeThroughRelu: ([1, -1, 1, 1], 0)
      case .negativeThroughMaxPool: ([1, 1, -1, 1], 1)
      default: ([1, 2, 0.5, 1], 1)
      }
    let channels =
      spoiler == .heightForChannels ? heights(block) : 4
    func parameter(_ name: String, _ values: [Double]) -> ValueID {
      let all = (0..<channels).map { values[$0 % values.count] }
      return spoiler == .fedParameter && name == "variance"
        ? block.builder.input(name, [channels]) : block.builder.constant(name, [channels], all)
    }
    let parameters = [
      parameter("gamma", gamma), parameter("beta", [shift]), parameter("mean", [0]),
      parameter("variance", [1]),
    ]
    let y = block.node(
      "BatchNormalization", [between] + parameters.map { $0 },
      spoiler == .training ? ["training_mode": .int(1)] : [:])
    block.builder.output(y)
    if spoiler == .output { block.builder.output(between) }
    if spoiler == .secondReader { block.builder.output(block.node("Tanh", [between])) }
    return y
  }

  private func heights(_ block: RandomBlock) -> Int { block.shape[2] }
}
