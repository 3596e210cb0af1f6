import ModelIR

/// One node, by its definition in the standard.
struct ReferenceOperators {
  static let known: Set<String> = [
    "Constant", "Identity", "Dropout", "Relu", "LeakyRelu", "Abs", "Sigmoid", "Neg", "Sqrt",
    "Add", "Sub", "Mul", "Div", "BatchNormalization", "Gemm", "MatMul", "Conv", "ConvTranspose",
    "Transpose", "Reshape", "If",
  ]

  let node: Node
  let inputs: [Reference?]
  let opset: Int

  init(_ node: Node, _ inputs: [Reference?], opset: Int) {
    self.node = node
    self.inputs = inputs
    self.opset = opset
  }

  func outputs() throws -> [Reference] {
    let x = inputs.first.flatMap { $0 } ?? Reference([], [0])
    switch node.opType {
    case "Constant":
      guard case .tensor(let tensor) = node.attribute("value") else { break }
      return [Reference(tensor.shape.dimensions, try tensor.doubles())]
    case "Identity", "Dropout": return [x]
    case "Relu": return [x.map { max(0, $0) }]
    case "LeakyRelu": return [x.map { $0 < 0 ? float("alpha", 0.01) * $0 : $0 }]
    case "Abs": return [x.map(abs)]
    case "Sigmoid": return [x.map { 1 / (1 + exponential(-$0)) }]
    case "Neg": return [x.map(-)]
    case "Sqrt": return [x.map { $0.squareRoot() }]
    case "Add": return [x.combined(second, +)]
    case "Sub": return [x.combined(second, -)]
    case "Mul": return [x.combined(second, *)]
    case "Div": return [x.combined(second, /)]
    case "BatchNormalization": return [normalization(x)]
    case "Gemm": return [gemm(x)]
    case "MatMul": return [matmul(x, second)]
    case "Conv": return [convolution(x)]
    case "ConvTranspose": return [transposedConvolution(x)]
    default: if let moved = moved(x) { return moved }
    }
    throw ReferenceEvaluator.Unknown(opType: node.opType)
  }

  var second: Reference { inputs.count > 1 ? inputs[1] ?? Reference([], [0]) : Reference([], [0]) }

  // MARK: Attributes

  func int(_ name: String, _ absent: Int) -> Int {
    if case .int(let value) = node.attribute(name) { Int(value) } else { absent }
  }

  func ints(_ name: String) -> [Int]? {
    if case .ints(let values) = node.attribute(name) { values.map { Int($0) } } else { nil }
  }

  func float(_ name: String, _ absent: Float) -> Double {
    if case .float(let value) = node.attribute(name) { Double(value) } else { Double(absent) }
  }

  func text(_ name: String) -> String { node.attribute(name)?.text ?? "" }

  // MARK: Linear operators

  private func normalization(_ x: Reference) -> Reference {
    let p = (1...4).map { inputs[$0]?.values ?? [] }
    let epsilon = float("epsilon", 1e-5)
    return Reference(x.shape) {
      let c = x.shape.count > 1 ? x.coordinates($0)[1] : 0
      return (x.values[$0] - p[2][c]) / (p[3][c] + epsilon).squareRoot() * p[0][c] + p[1][c]
    }
  }

  private func gemm(_ a: Reference) -> Reference {
    let b = second
    let (ta, tb) = (int("transA", 0) != 0, int("transB", 0) != 0)
    let (m, k) = ta ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
    let n = tb ? b.shape[0] : b.shape[1]
    let c = inputs.count > 2 ? inputs[2] : nil
    let grid = Reference([m, n], { _ in 0 })
    return Reference([m, n]) {
      let at = grid.coordinates($0)
      var sum = 0.0
      for i in 0..<k {
        sum += a[ta ? [i, at[0]] : [at[0], i]] * b[tb ? [at[1], i] : [i, at[1]]]
      }
      return float("alpha", 1) * sum + (c.map { float("beta", 1) * $0.broadcast(at: at) } ?? 0)
    }
  }

  private func matmul(_ a: Reference, _ b: Reference) -> Reference {
    let rank = max(a.shape.count, b.shape.count)
    func lead(_ shape: [Int]) -> [Int] {
      [Int](repeating: 1, count: rank - shape.count) + shape.dropLast(2)
    }
    let batch = zip(lead(a.shape), lead(b.shape)).map { max($0, $1) }
    let shape = batch + [a.shape[a.shape.count - 2], b.shape[b.shape.count - 1]]
    let grid = Reference(shape, { _ in 0 })
    return Reference(shape) {
      let at = grid.coordinates($0)
      var sum = 0.0
      for i in 0..<(a.shape.last ?? 0) {
        sum +=
          a.broadcast(at: at.dropLast() + [i])
          * b.broadcast(at: at.dropLast(2) + [i, at[rank - 1]])
      }
      return sum
    }
  }

  /// Spatial numbers per axis: kernel, stride, dilation, pads.
  private func window(_ kernel: [Int], input: [Int]) -> (
    strides: [Int], dilations: [Int], begin: [Int], end: [Int]
  ) {
    let ones = [Int](repeating: 1, count: kernel.count)
    let strides = ints("strides") ?? ones
    let dilations = ints("dilations") ?? ones
    var pads = ints("pads") ?? [Int](repeating: 0, count: 2 * kernel.count)
    if text("auto_pad").hasPrefix("SAME") {
      for axis in kernel.indices {
        let output = (input[axis] + strides[axis] - 1) / strides[axis]
        let reach = (kernel[axis] - 1) * dilations[axis] + 1
        let total = max(0, (output - 1) * strides[axis] + reach - input[axis])
        let small = total / 2
        let upper = text("auto_pad") == "SAME_UPPER"
        pads[axis] = upper ? small : total - small
        pads[kernel.count + axis] = upper ? total - small : small
      }
    }
    return (strides, dilations, Array(pads.prefix(kernel.count)), Array(pads.suffix(kernel.count)))
  }

  private func convolution(_ x: Reference) -> Reference {
    let w = second
    let kernel = Array(w.shape.dropFirst(2))
    let input = Array(x.shape.dropFirst(2))
    let at = window(kernel, input: input)
    let group = int("group", 1)
    let output = kernel.indices.map {
      (input[$0] + at.begin[$0] + at.end[$0] - (kernel[$0] - 1) * at.dilations[$0] - 1)
        / at.strides[$0] + 1
    }
    let shape = [x.shape[0], w.shape[0]] + output
    let grid = Reference(shape, { _ in 0 })
    let taps = Reference(Array(w.shape.dropFirst(1)), { _ in 0 })
    return Reference(shape) {
      let place = grid.coordinates($0)
      let o = place[1]
      var sum = inputs.count > 2 ? inputs[2]?.values[o] ?? 0 : 0
      for tap in 0..<taps.values.count {
        let t = taps.coordinates(tap)
        let c = o / (w.shape[0] / group) * w.shape[1] + t[0]
        var source = [place[0], c]
        for axis in kernel.indices {
          source.append(
            place[2 + axis] * at.strides[axis] + t[1 + axis] * at.dilations[axis] - at.begin[axis])
        }
        guard zip(source.dropFirst(2), input).allSatisfy({ $0 >= 0 && $0 < $1 }) else { continue }
        sum += w[[o] + t] * x[source]
      }
      return sum
    }
  }

  private func transposedConvolution(_ x: Reference) -> Reference {
    let w = second
    let kernel = Array(w.shape.dropFirst(2))
    let input = Array(x.shape.dropFirst(2))
    let at = window(kernel, input: input)
    let group = int("group", 1)
    let extra = ints("output_padding") ?? [Int](repeating: 0, count: kernel.count)
    let output = kernel.indices.map {
      (input[$0] - 1) * at.strides[$0] + extra[$0] + (kernel[$0] - 1) * at.dilations[$0] + 1
        - at.begin[$0] - at.end[$0]
    }
    let outputs = w.shape[1] * group
    var result = Reference([x.shape[0], outputs] + output) { _ in 0 }
    let strides = result.strides
    for element in result.values.indices {
      let o = result.coordinates(element)[1]
      result.values[element] = inputs.count > 2 ? inputs[2]?.values[o] ?? 0 : 0
    }
    for element in x.values.indices {
      let place = x.coordinates(element)
      let block = place[1] / (x.shape[1] / group)
      for tap in 0..<w.values.count where w.coordinates(tap)[0] == place[1] {
        let t = w.coordinates(tap)
        var target = [place[0], block * w.shape[1] + t[1]]
        for axis in kernel.indices {
          target.append(
            place[2 + axis] * at.strides[axis] + t[2 + axis] * at.dilations[axis] - at.begin[axis])
        }
        guard zip(target.dropFirst(2), output).allSatisfy({ $0 >= 0 && $0 < $1 }) else { continue }
        result.values[zip(target, strides).reduce(0) { $0 + $1.0 * $1.1 }] +=
          x.values[element] * w.values[tap]
      }
    }
    return result
  }
}

/// e^x by its series after halving, so that no C library is needed.
func exponential(_ x: Double) -> Double {
  var halved = x
  var times = 0
  while abs(halved) > 0.5 {
    halved /= 2
    times += 1
  }
  var sum = 1.0
  var term = 1.0
  for n in 1...20 {
    term *= halved / Double(n)
    sum += term
  }
  for _ in 0..<times { sum *= sum }
  return sum
}
