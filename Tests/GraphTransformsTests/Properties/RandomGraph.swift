import ModelIR
import TestSupport

/// A random network: layers, normalizations and whatever exporters put between them, values read
/// twice, the same thing computed twice, shapes computed from shapes.
struct RandomGraph {
  private(set) var builder: GraphBuilder
  private var shape: [Int]
  /// What was made so far, with shapes [n, c, h, w].
  private var made: [(value: ValueID, shape: [Int])] = []

  init(seed: UInt64) {
    builder = GraphBuilder(seed: seed)
    var random = SplitMix64(seed: seed &+ 77)
    shape = [
      1 + Int(random.next() % 2), [4, 6, 8][Int(random.next() % 3)], 4 + Int(random.next() % 3),
      5,
    ]
    var value = builder.input("x", shape)
    for _ in 0..<(3 + pick(7)) {
      value = step(value)
      made.append((value, shape))
      if pick(4) == 0 {
        let earlier = made[max(0, made.count - 1 - pick(3))]
        (value, shape) = (earlier.value, earlier.shape)
      }
    }
    // An input handed out is no output that a fold could be about.
    builder.output(builder.node("Neg", [value]))
  }

  private mutating func pick(_ count: Int) -> Int { Int(builder.random.next() % UInt64(count)) }

  private mutating func step(_ x: ValueID) -> ValueID {
    switch pick(22) {
    case 0...4: return normalized(x)
    case 5, 6: return convolution(x)
    case 7: return product(x)
    case 8: return unary(x)
    case 9: return builder.node("Relu", [builder.node(pick(2) == 0 ? "Relu" : "Abs", [x])])
    case 10: return twice(x)
    case 11: return shapes(x)
    case 12: return attention(x)
    case 13: return constant(x)
    case 14: return combined(x)
    case 15: return moved(x)
    case 16: return rounded(x)
    case 17:
      let gate = builder.node("Sigmoid", [builder.node("GlobalAveragePool", [x])])
      return builder.node("Mul", [x, gate])
    case 18 where shape[1] % 2 == 0:
      let first = builder.node("Split", [x], ["axis": .int(1)], outputs: 2)
      let second = ValueID(first.index + 1)
      return builder.node("Concat", [second, first], ["axis": .int(1)])
    case 19: return scaledByShape(x)
    case 20:
      return builder.node(
        "Clip", [x, builder.constant("l", [], [-1]), builder.constant("h", [], [3])])
    default:
      let window = min(2, shape[2])
      shape[2] -= window - 1
      return builder.node(
        ["MaxPool", "AveragePool"][pick(2)], [x], ["kernel_shape": .ints([Int64(window), 1])])
    }
  }

  // MARK: Layers

  private mutating func normalized(_ x: ValueID) -> ValueID {
    builder.normalization(x, shape[1])
  }

  private mutating func convolution(_ x: ValueID) -> ValueID {
    let group = pick(3) == 0 && shape[1] % 2 == 0 ? 2 : 1
    let (outputs, kernel) = ([4, 6, 8][pick(3)], [1, 3][pick(2)])
    let w = builder.constant("w", [outputs, shape[1] / group, kernel, kernel])
    let pad = Int64(kernel / 2)
    shape[1] = outputs
    return builder.node(
      "Conv", [x, w, pick(2) == 0 ? builder.constant("b", [outputs]) : nil],
      ["pads": .ints([pad, pad, pad, pad]), "group": .int(Int64(group))])
  }

  private mutating func product(_ x: ValueID) -> ValueID {
    let outputs = [4, 6, 8][pick(3)]
    let last = builder.node("Transpose", [x], ["perm": .ints([0, 2, 3, 1])])
    var y = builder.node("MatMul", [last, builder.constant("w", [shape[1], outputs])])
    if pick(2) == 0 {
      let b = builder.constant("b", [outputs])
      y = builder.node("Add", pick(2) == 0 ? [y, b] : [b, y])
    }
    shape[1] = outputs
    return builder.node("Transpose", [y], ["perm": .ints([0, 3, 1, 2])])
  }

  private mutating func attention(_ x: ValueID) -> ValueID {
    let (n, c, count) = (Int64(shape[0]), Int64(shape[1]), Int64(shape[2] * shape[3]))
    let flat = builder.node("Reshape", [x, builder.integers("r", [n, c, count])])
    let tokens = builder.node("Transpose", [flat], ["perm": .ints([0, 2, 1])])
    let scores = builder.node("MatMul", [tokens, flat])
    let weights = builder.node("Softmax", [scores], ["axis": .int(-1)])
    let y = builder.node("MatMul", [weights, tokens])
    let turned = builder.node("Transpose", [y], ["perm": .ints([0, 2, 1])])
    return builder.node(
      "Reshape", [turned, builder.integers("r", shape.map { Int64($0) })])
  }

  // MARK: Between layers

  private mutating func unary(_ x: ValueID) -> ValueID {
    builder.node(
      ["Relu", "LeakyRelu", "Sigmoid", "Identity", "Softplus", "Tanh"][pick(6)], [x])
  }

  /// The same operator of the same value two times, with or without something behind one of them.
  private mutating func twice(_ x: ValueID) -> ValueID {
    let name = ["Relu", "Sigmoid", "Identity"][pick(3)]
    let first = builder.node(name, [x])
    let second = builder.node(name, [x])
    return builder.node("Add", [pick(2) == 0 ? normalized(first) : first, second])
  }

  private mutating func constant(_ x: ValueID) -> ValueID {
    let shapes = [[1, shape[1], 1, 1], [shape[1], 1, 1], [1], [], [1, shape[1], shape[2], 1]]
    let c = builder.constant("c", shapes[pick(5)])
    let name = ["Add", "Sub", "Mul"][pick(3)]
    return builder.node(name, pick(2) == 0 ? [x, c] : [c, x])
  }

  private mutating func combined(_ x: ValueID) -> ValueID {
    let others = made.filter { $0.shape == shape }
    guard !others.isEmpty else { return unary(x) }
    let other = others[pick(others.count)].value
    switch pick(3) {
    case 0: return builder.node("Add", [x, other])
    case 1: return builder.node("Mul", [x, other])
    default:
      shape[1] *= 2
      return builder.node("Concat", [x, other], ["axis": .int(1)])
    }
  }

  private mutating func moved(_ x: ValueID) -> ValueID {
    let there = builder.node("Transpose", [x], ["perm": .ints([0, 2, 3, 1])])
    let middle =
      pick(2) == 0 ? there : builder.node("Mul", [there, builder.constant("m", [shape[1]])])
    return builder.node("Transpose", [middle], ["perm": .ints([0, 3, 1, 2])])
  }

  private mutating func rounded(_ x: ValueID) -> ValueID {
    let wide = builder.node("Cast", [x], ["to": .int(Int64(DataType.float64.rawValue))])
    return builder.node("Cast", [wide], ["to": .int(Int64(DataType.float32.rawValue))])
  }

  /// Reshape there and back by way of Shape, as exporters write views.
  private mutating func shapes(_ x: ValueID) -> ValueID {
    let whole = builder.node("Shape", [x])
    let lead = builder.node(
      "Slice", [whole, builder.integers("s", [0]), builder.integers("e", [2])])
    let target = builder.node(
      "Concat", [lead, builder.integers("rest", [-1])], ["axis": .int(0)])
    var y = builder.node("Reshape", [x, target])
    if pick(2) == 0 { y = normalized(y) }
    return builder.node("Reshape", [y, whole])
  }

  /// x over √ of an extent, and by a sum in which a float chain cancels.
  private mutating func scaledByShape(_ x: ValueID) -> ValueID {
    let whole = builder.node("Shape", [x])
    let extent = builder.node("Gather", [whole, builder.integers("i", [Int64(1 + pick(3))])])
    let number = builder.node("Cast", [extent], ["to": .int(Int64(DataType.float32.rawValue))])
    if pick(2) == 0 { return builder.node("Div", [x, builder.node("Sqrt", [number])]) }
    let part = builder.node("Mul", [number, builder.constant("p", [1], [0.1])])
    let far = builder.constant("f", [1], [100])
    let cancelled = builder.node("Sub", [builder.node("Add", [part, far]), far])
    return builder.node("Mul", [x, cancelled])
  }
}
