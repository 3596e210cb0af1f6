import Foundation
import GraphEvaluation
import GraphTransforms
import ModelIR
import TestSupport
import Testing

/// Random little networks.
///
/// Whatever is folded, the result is the same, has no more nodes, and every claim gives its
/// tensor's numbers. BNFOLD_FUZZ_CASES sets how many.
@Suite struct RandomNetworkTests {
  static let cases = Int(ProcessInfo.processInfo.environment["BNFOLD_FUZZ_CASES"] ?? "") ?? 120

  @Test func foldingChangesNothing() throws {
    var folded = 0
    for seed in 0..<UInt64(Self.cases) {
      var network = RandomNetwork(seed: seed)
      let builder = network.build()
      let original = builder.model
      // The accuracy gate is about rounding, which this test leaves out.
      var options = FoldOptions()
      options.allowLoss = true
      let result = FoldPass(options).run(original, constants: KernelConstantEvaluator())
      try result.model.validate()
      let expected = try DoubleRun.outputs(original, builder.feeds, unrounded: false)
      let found = try DoubleRun.outputs(result.model, builder.feeds, unrounded: true)
      let distance = zip(found, expected).map { $0.distance(to: $1) }.max() ?? .infinity
      #expect(distance <= 1e-9, "seed \(seed): \(FoldCheck.operators(original))")
      #expect(
        FoldCheck.operators(result.model).count <= FoldCheck.operators(original).count,
        "seed \(seed)")
      for claim in result.claims {
        let off = try ClaimCheck.distance(original, result.model, claim)
        #expect(off <= 1e-11, "seed \(seed): \(result.model[claim.target].name)")
      }
      let again = FoldPass(options).run(result.model, constants: KernelConstantEvaluator())
      #expect(again.journal.isEmpty, "seed \(seed): a second run folds more")
      folded += result.sites.count(where: \.isFolded)
    }
    // The networks must not miss the point.
    #expect(folded > Self.cases)
  }
}

/// A chain of random operators on [N, C, H, W].
private struct RandomNetwork {
  private var builder: GraphBuilder
  private var random: SplitMix64
  private var shape: [Int]
  private var value: ValueID

  init(seed: UInt64) {
    builder = GraphBuilder(opset: 17, seed: seed &+ 1000)
    random = SplitMix64(seed: seed)
    // Half of them with equal extents, where a wrong axis fits as well.
    shape = seed % 2 == 0 ? [2, 4, 4, 4] : [1, 8, 5, 6]
    value = builder.input("x", shape)
  }

  mutating func build() -> GraphBuilder {
    for _ in 0..<Int.random(in: 3...9, using: &random) {
      switch Int.random(in: 0..<20, using: &random) {
      case 0...3: convolution()
      case 4: transposed()
      case 5...9: normalization()
      case 10, 11: arithmetic()
      case 12: branches()
      case 13: activation()
      case 14: pool()
      case 15: movement()
      case 16: selection()
      case 17: padding()
      default: linear()
      }
    }
    builder.output(value)
    return builder
  }

  private mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }

  private mutating func convolution() {
    let group = pick([1, 2, shape[1]].filter { shape[1] % $0 == 0 })
    let outputs = group * pick([1, 2, 4].filter { $0 * group <= 8 || $0 == 1 })
    let kernel = pick([1, 2].filter { $0 <= min(shape[2], shape[3]) })
    let pad = pick([0, 1])
    let w = builder.constant("w", [outputs, shape[1] / group, kernel, kernel])
    let b = pick([true, false]) ? builder.constant("b", [outputs]) : nil
    value = builder.node(
      "Conv", [value, w, b],
      ["group": .int(Int64(group)), "pads": .ints([Int64](repeating: Int64(pad), count: 4))])
    shape = [shape[0], outputs] + shape[2...].map { $0 + 2 * pad - kernel + 1 }
  }

  private mutating func transposed() {
    let group = pick([1, 2, shape[1]].filter { shape[1] % $0 == 0 })
    let part = pick([1, 2])
    let w = builder.constant("w", [shape[1], part, 2, 1])
    value = builder.node("ConvTranspose", [value, w], ["group": .int(Int64(group))])
    shape = [shape[0], part * group, shape[2] + 1, shape[3]]
  }

  private mutating func normalization() {
    value = builder.normalization(value, shape[1], positive: pick([true, false, false]))
  }

  private mutating func arithmetic() {
    let c = shape[1]
    let extents = pick([[c, 1, 1], [1, c, 1, 1], [], [1], [shape[3]]])
    let numbers = (0..<extents.reduce(1, *)).map { _ in
      Double(pick([-2, -0.5, 0.75, 1, 3] as [Float]))
    }
    let k = builder.constant("k", extents, numbers)
    let opType = pick(["Mul", "Add", "Sub", "Div"])
    let first = opType != "Div" && pick([true, false])
    value = builder.node(opType, first ? [k, value] : [value, k])
  }

  private mutating func branches() {
    let outputs = pick([2, 4])
    let (x, start) = (value, shape)
    var results: [ValueID] = []
    for _ in 0..<2 {
      let w = builder.constant("w", [outputs, start[1], 1, 1])
      var result = builder.node("Conv", [x, w])
      if pick([true, false]) { result = builder.normalization(result, outputs) }
      results.append(result)
    }
    let opType = pick(["Add", "Sub", "Concat", "Mul"])
    let attributes: [String: AttributeValue] = opType == "Concat" ? ["axis": .int(1)] : [:]
    value = builder.node(opType, results.map { $0 }, attributes)
    shape = [start[0], opType == "Concat" ? 2 * outputs : outputs] + start[2...]
  }

  private mutating func activation() {
    value = builder.node(pick(["Relu", "LeakyRelu", "Abs", "Sigmoid", "Identity"]), [value])
  }

  private mutating func pool() {
    guard shape[2] >= 2, shape[3] >= 2 else { return }
    value = builder.node(
      pick(["AveragePool", "MaxPool"]), [value], ["kernel_shape": .ints([2, 2])])
    shape = [shape[0], shape[1], shape[2] - 1, shape[3] - 1]
  }

  private mutating func movement() {
    switch pick([0, 1, 2, 3]) {
    case 0:
      value = builder.node("Transpose", [value], ["perm": .ints([0, 1, 3, 2])])
      shape = [shape[0], shape[1], shape[3], shape[2]]
    case 1 where shape[1] % 2 == 0:
      let halves = [shape[0], 2, shape[1] / 2, shape[2], shape[3]].map { Int64($0) }
      value = builder.node("Reshape", [value, builder.integers("r", halves)])
      value = builder.node("Transpose", [value], ["perm": .ints([0, 2, 1, 3, 4])])
      value = builder.node("Reshape", [value, builder.integers("s", shape.map { Int64($0) })])
    case 2 where shape[1] % 4 == 0:
      let mode = pick(["DCR", "CRD"])
      value = builder.node(
        "DepthToSpace", [value], ["blocksize": .int(2), "mode": .string(Array(mode.utf8))])
      shape = [shape[0], shape[1] / 4, shape[2] * 2, shape[3] * 2]
    default:
      let scales = builder.constant("scales", [4], [1, 1, 2, 1])
      value = builder.node("Resize", [value, nil, scales])
      shape[2] *= 2
    }
  }

  private mutating func selection() {
    guard shape[1] >= 2 else { return }
    let first = builder.node(
      "Split", [value, builder.integers("s", [1, Int64(shape[1] - 1)])], ["axis": .int(1)],
      outputs: 2)
    var second = ValueID(first.index + 1)
    if pick([true, false]) { second = builder.normalization(second, shape[1] - 1) }
    value = builder.node("Concat", [second, first], ["axis": .int(1)])
  }

  private mutating func padding() {
    let mode = pick(["constant", "edge"])
    value = builder.node(
      "Pad", [value, builder.integers("p", [0, 0, 1, 0, 0, 0, 0, 1])],
      ["mode": .string(Array(mode.utf8))])
    shape = [shape[0], shape[1], shape[2] + 1, shape[3] + 1]
  }

  /// To [N, C], through a matrix, and back.
  private mutating func linear() {
    guard shape[2] * shape[3] <= 64 else { return }
    let width = shape[1...].reduce(1, *)
    value = builder.node("Flatten", [value])
    let columns = 4
    let w = builder.constant("w", [width, columns])
    value = builder.node(pick(["Gemm", "MatMul"]), [value, w])
    if pick([true, false]) {
      value = builder.node("Add", [value, builder.constant("c", [columns])])
    }
    if pick([true, false]) { value = builder.normalization(value, columns) }
    let back = [shape[0], columns, 1, 1].map { Int64($0) }
    value = builder.node("Reshape", [value, builder.integers("r", back)])
    value = builder.node("Expand", [value, builder.integers("e", [1, 1, 3, 3])])
    shape = [shape[0], columns, 3, 3]
  }
}
