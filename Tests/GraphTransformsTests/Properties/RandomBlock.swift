import GraphTransforms
import ModelIR
import TestSupport

/// A random model with linear layers before or behind a BatchNormalization.
///
/// Between them stand operators that let it pass. Whatever it draws, a fold is sound.
struct RandomBlock {
  var builder: GraphBuilder
  /// Extents of the value at hand.
  var shape: [Int] = []
  /// Scales must be positive and shifts zero: an operator between asks for it.
  private(set) var isPositive = false
  private(set) var isWithoutShift = false
  /// All channels must have the same scale and shift.
  private var isUniform = false
  /// Whether sums over magnitudes bound what rounding does.
  var isBounded = true
  /// What the fold has to be allowed.
  var options = FoldOptions()
  /// What was drawn, for the message of a failure.
  private(set) var story: [String] = []
  private let isCubic: Bool
  /// Whether the affine meets the operators on its way forward.
  private var isForward = false

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let type = [DataType.float32, .float32, .float64, .float32, .bfloat16, .float16][
      Int(random.next() % 6)]
    builder = GraphBuilder(type: type, seed: random.next())
    isCubic = random.next() % 2 == 0
    options.allowLoss = true
  }

  mutating func pick(_ count: Int) -> Int { Int(builder.random.next() % UInt64(count)) }

  /// How many roundings of each new number are granted; half precision loses some more among its
  /// subnormals.
  var roundings: Double { builder.type == .float16 ? 4 : 2 }

  // MARK: Whole blocks

  /// Layers → conductors → normalization.
  static func backward(seed: UInt64) -> RandomBlock {
    var block = RandomBlock(seed: seed)
    let kind = block.pick(8)
    if kind == 2 { block.takeQuantizableType() }
    let x = block.input()
    var value: ValueID
    switch kind {
    case 0: value = block.product(x)
    case 1: value = block.instanceNormalization(x)
    case 2: value = block.quantizedLayer(x)
    default:
      value = block.layer(x)
      if block.pick(4) == 0 {
        // Two branches of one shape, added or put side by side.
        let (first, second) = (value, block.layer(x))
        value = block.joined(first, second)
      }
    }
    for _ in 0..<block.pick(4) { value = block.conducted(value) }
    block.builder.output(block.normalized(value))
    return block
  }

  /// Parallel branches that are added, and a normalization of the sum.
  static func merged(seed: UInt64) -> RandomBlock {
    var block = RandomBlock(seed: seed)
    block.options.mergesLayers = true
    if block.builder.type == .float16 { block.builder.type = .float32 }
    let x = block.input()
    let group = [1, 2, 4][block.pick(3)]
    func branch(_ kernel: Int, _ block: inout RandomBlock) -> ValueID {
      let w = block.builder.constant("w", [4, 4 / group, kernel, kernel])
      let pad = Int64(kernel / 2)
      let c = block.node(
        "Conv", [x, w],
        ["pads": .ints([pad, pad, pad, pad]), "group": .int(Int64(group))])
      return block.pick(2) == 0 ? block.normalized(c) : c
    }
    var sum = branch(3, &block)
    if block.pick(2) == 0 {
      sum = block.node(["Add", "Sub"][block.pick(2)], [sum, branch(1, &block)])
    }
    let same = block.pick(2) == 0 ? block.normalized(x) : x
    sum = block.node(["Add", "Sub"][block.pick(2)], [sum, same])
    block.builder.output(block.normalized(sum))
    return block
  }

  /// A layer, what lets scales alone pass, a normalization with shifts; or the other way round.
  static func half(seed: UInt64) -> RandomBlock {
    var block = RandomBlock(seed: seed)
    block.options.allowsAdd = true
    let isQuantized = block.pick(3) == 0
    if isQuantized { block.takeQuantizableType() }
    let x = block.input()
    if block.pick(3) == 0 {
      block.isWithoutZero = true
      let y = block.normalized(block.node("Sigmoid", [x]))
      let group = [1, 2, 4][block.pick(3)]
      block.builder.output(
        block.node(
          "Conv", [y, block.builder.constant("w", [4, 4 / group, 3, 3])],
          ["pads": .ints([1, 0, 2, 1]), "group": .int(Int64(group))]))
      return block
    }
    let value = isQuantized ? block.quantizedLayer(x) : block.layer(x)
    let middle: ValueID
    switch block.pick(3) {
    case 0:
      block.isPositive = true
      middle = block.node("Relu", [value])
    case 1:
      middle = block.node("Pad", [value, block.builder.integers("p", [0, 0, 1, 0, 0, 0, 0, 2])])
    default:
      middle = block.node("Mul", [value, block.builder.constant("k", [4, 1, 1])])
    }
    block.builder.output(block.normalized(middle))
    return block
  }

  /// Activation → normalization → conductors → layer without padding.
  static func forward(seed: UInt64) -> RandomBlock {
    var block = RandomBlock(seed: seed)
    block.isForward = true
    var value = block.normalized(block.node("Sigmoid", [block.input()]))
    for _ in 0..<block.pick(3) { value = block.movedOn(value) }
    block.builder.output(block.reader(value))
    return block
  }

  /// No scale may be 0.
  private var isWithoutZero = false

  // MARK: Parts

  mutating func input() -> ValueID {
    shape = isCubic ? [2, 4, 4, 4] : [2, 4, 5 + pick(2), 7]
    return builder.input("x", shape)
  }

  @discardableResult
  mutating func node(
    _ opType: String, _ inputs: [ValueID?], _ attributes: [String: AttributeValue] = [:]
  ) -> ValueID {
    story.append(opType)
    return builder.node(opType, inputs, attributes)
  }

  /// A convolution, transposed or not, to four channels and extents that depend on nothing else.
  mutating func layer(_ x: ValueID) -> ValueID {
    let input = [2, 4] + (isCubic ? [4, 4] : Array(builderExtents))
    shape = input
    let group = [1, 2, 4][pick(3)]
    let bias = pick(2) == 0 ? builder.constant("b", [4]) : nil
    if pick(4) == 0 {
      return node(
        "ConvTranspose", [x, builder.constant("w", [4, 4 / group, 3, 3]), bias],
        ["pads": .ints([1, 1, 1, 1]), "group": .int(Int64(group))])
    }
    let begin = Int64(pick(3))
    return node(
      "Conv", [x, builder.constant("w", [4, 4 / group, 3, 3]), bias],
      ["pads": .ints([begin, 1, 2 - begin, 1]), "group": .int(Int64(group))])
  }

  /// x·W along the channels, with or without a bias behind it.
  private mutating func product(_ x: ValueID) -> ValueID {
    let last = node("Transpose", [x], ["perm": .ints([0, 2, 3, 1])])
    var y = node("MatMul", [last, builder.constant("w", [4, 4])])
    if pick(2) == 0 { y = node("Add", [y, builder.constant("b", [4])]) }
    return node("Transpose", [y], ["perm": .ints([0, 3, 1, 2])])
  }

  private mutating func instanceNormalization(_ x: ValueID) -> ValueID {
    isBounded = false
    return node(
      "InstanceNormalization", [x, builder.constant("g", [4]), builder.constant("b", [4])],
      ["epsilon": .float(0.0625)])
  }

  /// Weights that are stored quantized have scales of few bits: products are exact in Float, so that
  /// the fold's rounding is all there is.
  private mutating func takeQuantizableType() {
    if builder.type != .float64 { builder.type = .float32 }
  }

  /// A convolution whose weight is stored quantized.
  private mutating func quantizedLayer(_ x: ValueID) -> ValueID {
    let group = [1, 2, 4][pick(3)]
    var storage = QuantizedWeightTests.Storage()
    storage.type = [.int8, .uint8][pick(2)]
    storage.perChannel = pick(2) == 0
    storage.zeroPoint = pick(2) == 0 || storage.type == .uint8
    storage.vector = pick(2) == 0
    let w = QuantizedWeightTests.weight(&builder, [4, 4 / group, 3, 3], axis: 0, storage)
    story.append("DequantizeLinear \(storage)")
    let bias = pick(2) == 0 ? builder.constant("b", [4]) : nil
    return node(
      "Conv", [x, w, bias], ["pads": .ints([1, 1, 1, 1]), "group": .int(Int64(group))])
  }

  private var builderExtents: [Int] {
    let model = builder.model
    let dimensions = model[model.mainGraph].inputs.first.flatMap { model[$0].type?.dimensions }
    return (dimensions ?? []).dropFirst(2).compactMap(\.value)
  }

  private mutating func joined(_ first: ValueID, _ second: ValueID) -> ValueID {
    switch pick(3) {
    case 0: return node("Add", [first, second])
    case 1: return node("Sub", [first, second])
    default:
      let axis = [1, 3][pick(2)]
      shape[axis] *= 2
      return node("Concat", [first, second], ["axis": .int(Int64(axis))])
    }
  }

  /// One operator that an affine passes on its way back.
  private mutating func conducted(_ x: ValueID) -> ValueID {
    switch pick(18) {
    case 16:
      isPositive = true
      isWithoutShift = true
      return node("Clip", [x, builder.constant("low", [], [0])])
    case 17:
      isUniform = true
      let low = builder.constant("low", [], [-1.25])
      return node("Clip", [x, low, builder.constant("high", [], [1.5])])
    case 0 where shape[2] > 1 && shape[3] > 1:
      isPositive = true
      shape = [shape[0], shape[1], shape[2] - 1, shape[3] - 1]
      return node("MaxPool", [x], ["kernel_shape": .ints([2, 2])])
    case 1:
      isPositive = true
      isWithoutShift = true
      return pick(2) == 0
        ? node("Relu", [x]) : node("LeakyRelu", [x], ["alpha": .float(0.25)])
    case 2: return node("Add", [x, builder.constant("k", [shape[1], 1, 1])])
    case 3: return node("Sub", [builder.constant("k", [1, shape[1], 1, 1]), x])
    case 4:
      isPositive = true
      isWithoutShift = true
      // Slopes below 1, so that no difference grows here.
      let slopes = (0..<shape[1]).map { _ in
        let slope = builder.random.normal()
        return slope / (1 + abs(slope))
      }
      return node("PRelu", [x, builder.constant("slope", [shape[1], 1, 1], slopes)])
    case 5:
      isPositive = true
      return node("ReduceMax", [x], ["axes": .ints([2]), "keepdims": .int(1)], shrinking: [2])
    case 6 where shape[3] > 1:
      isWithoutShift = true
      isPositive = true
      let square = node(
        "LpPool", [x], ["kernel_shape": .ints([1, 2]), "p": .int(Int64(1 + pick(2)))])
      shape[3] -= 1
      return square
    default: return movedOn(x)
    }
  }

  /// One operator that an affine of any scale and shift passes in both directions.
  mutating func movedOn(_ x: ValueID) -> ValueID {
    switch pick(11) {
    case 0: return node("Identity", [x])
    case 1 where shape[2] > 1 && shape[3] > 1:
      shape = [shape[0], shape[1], shape[2] - 1, shape[3] - 1]
      return node("AveragePool", [x], ["kernel_shape": .ints([2, 2])])
    case 2: return node("GlobalAveragePool", [x], shrinking: [2, 3])
    case 3 where shape[2] > 1 && shape[3] > 1:
      let pads = builder.integers("pads", [0, 0, 1, 0, 0, 0, 0, 1])
      shape[2] += 1
      shape[3] += 1
      return node("Pad", [x, pads], ["mode": .string(Array("reflect".utf8))])
    case 4 where isForward && shape[2] % 2 == 0 && shape[3] % 2 == 0:
      shape = [shape[0], shape[1] * 4, shape[2] / 2, shape[3] / 2]
      return node("SpaceToDepth", [x], ["blocksize": .int(2)])
    case 4 where !isForward && shape[1] % 4 == 0:
      let mode = pick(2) == 0 ? "DCR" : "CRD"
      shape = [shape[0], shape[1] / 4, shape[2] * 2, shape[3] * 2]
      return node(
        "DepthToSpace", [x], ["blocksize": .int(2), "mode": .string(Array(mode.utf8))])
    case 5 where shape[1] % 2 == 0: return shuffled(x)
    // Channels that nothing reads get nothing, which the limits of a Clip must then suit as well.
    case 6 where shape[1] > 2 && !isUniform:
      // The channels in another order, some of them left out.
      let last = Int64(shape[1] - 1)
      shape[1] = 3
      return node("Gather", [x, builder.integers("i", [last, 0, 1])], ["axis": .int(1)])
    case 7 where shape[3] > 2:
      shape[3] -= 1
      return node(
        "Slice",
        [
          x, builder.integers("s", [1]), builder.integers("e", [Int64(1 << 40)]),
          builder.integers("a", [3]),
        ])
    case 8:
      let there = node("Transpose", [x], ["perm": .ints([0, 2, 3, 1])])
      return node("Transpose", [there], ["perm": .ints([0, 3, 1, 2])])
    case 9:
      let wide = node("Unsqueeze", [x, builder.integers("u", [1])])
      return node("Squeeze", [wide, builder.integers("q", [1])])
    default:
      shape[2] *= 2
      let scales = builder.constant("scales", [4], [1, 1, 2, 1])
      return node("Resize", [x, nil, scales], ["mode": .string(Array("nearest".utf8))])
    }
  }

  private mutating func node(
    _ opType: String, _ inputs: [ValueID?], _ attributes: [String: AttributeValue] = [:],
    shrinking axes: [Int]
  ) -> ValueID {
    for axis in axes { shape[axis] = 1 }
    return node(opType, inputs, attributes)
  }

  private mutating func shuffled(_ x: ValueID) -> ValueID {
    let (n, c, h, w) = (Int64(shape[0]), Int64(shape[1]), Int64(shape[2]), Int64(shape[3]))
    let apart = node("Reshape", [x, builder.integers("r", [n, 2, c / 2, h, w])])
    let turned = node("Transpose", [apart], ["perm": .ints([0, 2, 1, 3, 4])])
    return node("Reshape", [turned, builder.integers("r", [n, c, h, w])])
  }

  /// A BatchNormalization of the value as it is; scales of both signs and zeros where nothing on
  /// the way minds.
  mutating func normalized(_ x: ValueID) -> ValueID {
    story.append("BatchNormalization")
    let channels = shape[1]
    var parameters: [[Double]] = (0..<4).map { _ in
      (0..<channels).map { _ in builder.random.normal() }
    }
    if isPositive { parameters[0] = parameters[0].map { abs($0) + 0.125 } }
    if isWithoutZero { parameters[0] = parameters[0].map { $0 < 0 ? $0 - 0.125 : $0 + 0.125 } }
    if pick(4) == 0, !isWithoutZero, !isUniform { parameters[0][pick(channels)] = 0 }
    if isWithoutShift {
      parameters[1] = parameters[1].map { _ in 0 }
      parameters[2] = parameters[1]
    }
    parameters[3] = parameters[3].map { abs($0) + 0.125 }
    if isUniform {
      if parameters[0][0] == 0 { parameters[0][0] = -1 }
      parameters = parameters.map { numbers in numbers.map { _ in numbers[0] } }
    }
    let values = parameters.map { builder.constant("p", [channels], $0) }
    return builder.node(
      "BatchNormalization", [x] + values.map { $0 }, ["epsilon": .float(0.0625)])
  }

  /// A layer that takes what comes before it.
  mutating func reader(_ x: ValueID) -> ValueID {
    let channels = shape[1]
    switch pick(3) {
    case 0:
      let (h, w) = (min(2, shape[2]), min(2, shape[3]))
      let group = channels % 2 == 0 ? [1, 2][pick(2)] : 1
      return node(
        "Conv", [x, builder.constant("w", [4, channels / group, h, w])],
        ["group": .int(Int64(group))])
    case 1:
      let features = channels * shape[2] * shape[3]
      let flat = node("Flatten", [x])
      let transposed = pick(2) == 0
      return node(
        "Gemm",
        [
          flat, builder.constant("w", transposed ? [5, features] : [features, 5]),
          builder.constant("c", [5]),
        ],
        ["transB": .int(transposed ? 1 : 0), "alpha": .float(0.5), "beta": .float(2)])
    default:
      let last = node("Transpose", [x], ["perm": .ints([0, 2, 3, 1])])
      let product = node("MatMul", [last, builder.constant("w", [channels, 5])])
      guard pick(2) == 0 else { return product }
      let bias = builder.constant("b", [[5], [1]][pick(2)])
      return node("Add", pick(2) == 0 ? [product, bias] : [bias, product])
    }
  }
}
