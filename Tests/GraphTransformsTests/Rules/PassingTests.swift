import GraphTransforms
import ModelIR
import Testing

/// Operators between a convolution and what follows it, and between what comes before and a
/// convolution.
@Suite struct PassingTests {
  typealias Step = @Sendable (inout GraphBuilder, ValueID) -> ValueID

  /// An operator on [2, 8, 4, 6].
  struct Passing: Sendable, CustomTestStringConvertible {
    var name: String
    /// Channels of the result.
    var channels = 8
    /// Whether scales must not be negative.
    var positive = false
    /// Whether it takes what comes before to a convolution without padding too.
    var forward = true
    var apply: Step
    var testDescription: String { name }

    init(
      _ name: String, channels: Int = 8, positive: Bool = false, forward: Bool = true,
      _ apply: @escaping Step
    ) {
      self.name = name
      self.channels = channels
      self.positive = positive
      self.forward = forward
      self.apply = apply
    }
  }

  static let all: [Passing] = [
    Passing("Identity") { $0.node("Identity", [$1]) },
    Passing("Dropout") { $0.node("Dropout", [$1]) },
    Passing("AveragePool") {
      $0.node("AveragePool", [$1], ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
    },
    Passing("AveragePool with pads") {
      $0.node("AveragePool", [$1], ["kernel_shape": .ints([2, 3]), "pads": .ints([1, 1, 0, 1])])
    },
    Passing("MaxPool of single elements") {
      $0.node("MaxPool", [$1], ["kernel_shape": .ints([1, 1]), "strides": .ints([2, 3])])
    },
    Passing("AveragePool of single elements") {
      $0.node("AveragePool", [$1], ["kernel_shape": .ints([1, 1]), "strides": .ints([2, 1])])
    },
    Passing("MaxPool", positive: true) {
      $0.node("MaxPool", [$1], ["kernel_shape": .ints([2, 2]), "pads": .ints([1, 0, 0, 1])])
    },
    Passing("GlobalAveragePool") { $0.node("GlobalAveragePool", [$1]) },
    Passing("GlobalMaxPool", positive: true) { $0.node("GlobalMaxPool", [$1]) },
    Passing("ReduceMean") { $0.node("ReduceMean", [$1], ["axes": .ints([2, -1])]) },
    Passing("ReduceMax", positive: true) { $0.node("ReduceMax", [$1], ["axes": .ints([3])]) },
    Passing("Transpose of height and width") {
      $0.node("Transpose", [$1], ["perm": .ints([0, 1, 3, 2])])
    },
    Passing("Transpose there and back") {
      let t = $0.node("Transpose", [$1], ["perm": .ints([0, 2, 3, 1])])
      return $0.node("Transpose", [t], ["perm": .ints([0, 3, 1, 2])])
    },
    Passing("Reshape of the spatial axes") {
      let r = $0.node("Reshape", [$1, $0.integers("r", [0, 0, -1])])
      return $0.node("Reshape", [r, $0.integers("s", [2, 8, 6, 4])])
    },
    Passing("Unsqueeze and Squeeze") {
      let u = $0.node("Unsqueeze", [$1, $0.integers("u", [1, -1])])
      return $0.node("Squeeze", [u, $0.integers("v", [1, 5])])
    },
    Passing("channel shuffle") {
      let r = $0.node("Reshape", [$1, $0.integers("r", [2, 4, 2, 4, 6])])
      let t = $0.node("Transpose", [r], ["perm": .ints([0, 2, 1, 3, 4])])
      return $0.node("Reshape", [t, $0.integers("s", [2, 8, 4, 6])])
    },
    Passing("DepthToSpace", channels: 2, forward: false) {
      $0.node("DepthToSpace", [$1], ["blocksize": .int(2)])
    },
    Passing("DepthToSpace CRD", channels: 2, forward: false) {
      $0.node("DepthToSpace", [$1], ["blocksize": .int(2), "mode": .string(Array("CRD".utf8))])
    },
    Passing("pixel shuffle by hand", channels: 2, forward: false) {
      let r = $0.node("Reshape", [$1, $0.integers("r", [2, 2, 2, 2, 4, 6])])
      let t = $0.node("Transpose", [r], ["perm": .ints([0, 1, 4, 2, 5, 3])])
      return $0.node("Reshape", [t, $0.integers("s", [2, 2, 8, 12])])
    },
    Passing("Reshape that joins channels", channels: 4, forward: false) {
      $0.node("Reshape", [$1, $0.integers("r", [2, 4, 8, 6])])
    },
    Passing("Slice of channels", channels: 3, forward: true) {
      $0.node(
        "Slice",
        [
          $1, $0.integers("b", [7, 1]), $0.integers("e", [0, 4]), $0.integers("a", [1, 2]),
          $0.integers("t", [-3, 1]),
        ])
    },
    Passing("Gather of channels", channels: 8) {
      $0.node("Gather", [$1, $0.integers("i", [3, 1, 2, 0, -1, 6, 5, 4])], ["axis": .int(1)])
    },
    Passing("Gather of one row") {
      let i = $0.model.addInitializer("i", $0.scalar(1), to: $0.model.mainGraph)
      let g = $0.node("Gather", [$1, i], ["axis": .int(2)])
      return $0.node("Unsqueeze", [g, $0.integers("u", [3])])
    },
    Passing("Resize") {
      let scales = $0.constant("s", [4], [1, 1, 2, 1.5])
      return $0.node("Resize", [$1, nil, scales], ["mode": .string(Array("linear".utf8))])
    },
    Passing("Upsample nearest") {
      let scales = $0.constant("s", [4], [1, 1, 2, 2])
      return $0.node("Resize", [$1, nil, scales])
    },
    Passing("Pad by reflection") {
      $0.node(
        "Pad", [$1, $0.integers("p", [0, 0, 1, 2, 0, 0, 1, 0])],
        ["mode": .string(Array("reflect".utf8))])
    },
    Passing("Pad by edges") {
      $0.node(
        "Pad", [$1, $0.integers("p", [0, 0, 1, 2, 0, 0, 1, 0])],
        ["mode": .string(Array("edge".utf8))])
    },
    Passing("Expand") {
      let r = $0.node("ReduceMean", [$1], ["axes": .ints([2])])
      return $0.node("Expand", [r, $0.integers("e", [5, 1])])
    },
  ]

  @Test(arguments: all) func backward(_ passing: Passing) throws {
    var builder = GraphBuilder(seed: 21)
    let x = builder.input("x", [2, 3, 4, 6])
    let w = builder.constant("w", [8, 3, 3, 3])
    let c = builder.node("Conv", [x, w], ["pads": .ints([1, 1, 1, 1])])
    let y = passing.apply(&builder, c)
    let before = FoldCheck.operators(builder.model)
    builder.output(builder.normalization(y, passing.channels, positive: passing.positive))
    try FoldCheck(builder).expectFolded(into: before)
  }

  @Test(arguments: all.filter(\.forward)) func forward(_ passing: Passing) throws {
    var builder = GraphBuilder(seed: 22)
    let x = builder.node("Relu", [builder.input("x", [2, 8, 4, 6])])
    let y = passing.apply(
      &builder, builder.normalization(x, 8, positive: passing.positive))
    builder.output(builder.node("Conv", [y, builder.constant("w", [5, passing.channels, 1, 1])]))
    let before = FoldCheck.operators(builder.model).filter { $0 != "BatchNormalization" }
    try FoldCheck(builder).expectFolded(into: before, rule: "conv-forward", tolerance: 1e-5)
  }

  @Test(arguments: all.filter(\.positive)) func negativeScalesDoNotPass(
    _ passing: Passing
  ) throws {
    var builder = GraphBuilder(seed: 23)
    let x = builder.input("x", [2, 3, 4, 6])
    let c = builder.node("Conv", [x, builder.constant("w", [8, 3, 1, 1])])
    builder.output(builder.normalization(passing.apply(&builder, c), 8))
    try FoldCheck(builder).expectKept {
      if case .negativeScale = $0.backward { true } else { false }
    }
  }

  /// What passes scales alone; `positive` where only scales ≥ 0.
  static let scales: [Passing] = [
    Passing("Relu", positive: true) { $0.node("Relu", [$1]) },
    Passing("LeakyRelu", positive: true) { $0.node("LeakyRelu", [$1], ["alpha": .float(0.25)]) },
    Passing("PRelu", positive: true) { $0.node("PRelu", [$1, $0.constant("slope", [8, 1, 1])]) },
    Passing("Abs", positive: true) { $0.node("Abs", [$1]) },
    Passing("LpPool", positive: true) {
      $0.node("LpPool", [$1], ["kernel_shape": .ints([2, 2])])
    },
    Passing("GlobalLpPool", positive: true) { $0.node("GlobalLpPool", [$1]) },
    Passing("ReduceL1", positive: true) { $0.node("ReduceL1", [$1], ["axes": .ints([2])]) },
    Passing("ReduceL2", positive: true) { $0.node("ReduceL2", [$1], ["axes": .ints([2, 3])]) },
    Passing("ReduceSum") { $0.node("ReduceSum", [$1, $0.integers("a", [2])]) },
    Passing("Pad with zeros") {
      $0.node("Pad", [$1, $0.integers("p", [0, 0, 1, 2, 0, 0, 1, 0])])
    },
    Passing("AveragePool that counts padding") {
      $0.node(
        "AveragePool", [$1],
        [
          "kernel_shape": .ints([2, 2]), "pads": .ints([1, 0, 0, 0]),
          "count_include_pad": .int(1),
        ])
    },
  ]

  private func scaled(_ passing: Passing, _ factors: [Double], seed: UInt64) -> GraphBuilder {
    var builder = GraphBuilder(seed: seed)
    let x = builder.input("x", [2, 3, 4, 6])
    let c = builder.node("Conv", [x, builder.constant("w", [8, 3, 3, 3])])
    let y = passing.apply(&builder, c)
    let k = builder.constant("factors", [8, 1, 1], factors)
    builder.output(builder.node("Mul", [y, k]))
    return builder
  }

  @Test(arguments: scales) func scalesPass(_ passing: Passing) throws {
    let factors = (0..<8).map { Double($0) / 2 * (passing.positive || $0 % 2 == 0 ? 1 : -1) }
    let builder = scaled(passing, factors, seed: 25)
    let before = FoldCheck.operators(builder.model).dropLast()
    try FoldCheck(builder).expectFolded(into: Array(before), rule: "conv")
  }

  @Test(arguments: scales.filter(\.positive)) func negativeFactorsDoNotPass(
    _ passing: Passing
  ) throws {
    try FoldCheck(scaled(passing, [1, 2, 3, -1, 5, 6, 7, 8], seed: 26)).expectKept {
      if case .negativeScale(_, channel: 3)? = $0.backward { true } else { false }
    }
  }

  /// What does not pass, with the reason.
  static let blocking: [Passing] = [
    Passing("AveragePool that counts padding") {
      $0.node(
        "AveragePool", [$1],
        [
          "kernel_shape": .ints([2, 2]), "pads": .ints([1, 0, 0, 0]),
          "count_include_pad": .int(1),
        ])
    },
    Passing("AveragePool with ceil_mode that counts padding") {
      $0.node(
        "AveragePool", [$1],
        ["kernel_shape": .ints([2, 2]), "ceil_mode": .int(1), "count_include_pad": .int(1)])
    },
    Passing("MaxPool with indices", positive: true) {
      let y = $0.node("MaxPool", [$1], ["kernel_shape": .ints([2, 2])], outputs: 2)
      $0.output(ValueID(y.index + 1))
      return y
    },
    Passing("ReduceSum", positive: true) { $0.node("ReduceSum", [$1, $0.integers("a", [2])]) },
    Passing("Pad with zeros") {
      $0.node("Pad", [$1, $0.integers("p", [0, 0, 1, 2, 0, 0, 1, 0])])
    },
    Passing("Pad of channels", channels: 9) {
      $0.node(
        "Pad", [$1, $0.integers("p", [0, 1, 0, 0, 0, 0, 0, 0])],
        ["mode": .string(Array("reflect".utf8))])
    },
    Passing("Transpose of channels and width", channels: 6) {
      $0.node("Transpose", [$1], ["perm": .ints([0, 3, 2, 1])])
    },
    Passing("Reshape that splits channels", channels: 16) {
      $0.node("Reshape", [$1, $0.integers("r", [2, 16, 2, 6])])
    },
    Passing("SpaceToDepth", channels: 32) {
      $0.node("SpaceToDepth", [$1], ["blocksize": .int(2)])
    },
    Passing("Resize of channels", channels: 16) {
      $0.node("Resize", [$1, nil, $0.constant("s", [4], [1, 2, 1, 1])])
    },
    Passing("Resize that extrapolates") {
      let roi = $0.constant("roi", [8], [0, 0, 0, 0, 1, 1, 1.5, 1])
      let sizes = $0.integers("s", [2, 8, 4, 6])
      return $0.node(
        "Resize", [$1, roi, nil, sizes],
        [
          "coordinate_transformation_mode": .string(Array("tf_crop_and_resize".utf8)),
          "mode": .string(Array("linear".utf8)),
        ])
    },
    Passing("Gather of a channel twice", channels: 8) {
      $0.node("Gather", [$1, $0.integers("i", [0, 1, 2, 3, 4, 5, 6, 0])], ["axis": .int(1)])
    },
    Passing("Relu", positive: true) { $0.node("Relu", [$1]) },
    Passing("Dropout in training mode") {
      let ratio = $0.constant("ratio", [], [0])
      let mode = $0.model.addInitializer("mode", $0.flag(true), to: $0.model.mainGraph)
      return $0.node("Dropout", [$1, ratio, mode])
    },
    Passing("Clip", positive: true) { $0.node("Clip", [$1, $0.constant("low", [], [0.5])]) },
    Passing("Softmax") { $0.node("Softmax", [$1], ["axis": .int(1)]) },
  ]

  @Test(arguments: blocking) func blocksBackward(_ passing: Passing) throws {
    var builder = GraphBuilder(seed: 24)
    let x = builder.input("x", [2, 3, 4, 6])
    let c = builder.node("Conv", [x, builder.constant("w", [8, 3, 1, 1])])
    let y = passing.apply(&builder, c)
    builder.output(builder.normalization(y, passing.channels, positive: passing.positive))
    let result = FoldPass().run(builder.model)
    #expect(result.journal.isEmpty)
    guard case .kept(let reason) = result.sites[0].outcome else {
      Issue.record("folded")
      return
    }
    #expect(reason.backward?.blocker != nil, "\(reason)")
  }
}

extension GraphBuilder {
  /// A whole number without axes.
  func scalar(_ value: Int64) -> Tensor {
    Tensor([value], shape: .scalar) ?? tensor([], [0])
  }

  /// A bool without axes.
  func flag(_ value: Bool) -> Tensor {
    Tensor(dataType: .bool, shape: .scalar, bytes: [value ? 1 : 0]) ?? tensor([], [0])
  }
}
