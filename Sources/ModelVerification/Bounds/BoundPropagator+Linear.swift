internal import GraphEvaluation
internal import ModelIR

extension BoundPropagator {
  /// Conv, ConvTranspose, Gemm, MatMul: y = W ∗ x + b.
  ///
  /// Statistical, for independent normal x: variance (u²·W²) ∗ 1. Sure: (u·|W|) ∗ |x|. Errors e of
  /// x: |W| ∗ e. Bias: u·|b|. All by the node's own kernel, so that groups, pads and transposed
  /// operands are those of the node. Double models: times 1 + √K, K products in a sum, because the
  /// comparison itself rounds as coarsely. `windowBound` is the sure one for most convolutions.
  func linear(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    guard let a = node.input(0), let b = node.input(1), let output = node.output(0) else {
      return [.unknown("\(node.opType) lacks an input")]
    }
    if let amounts = try windowBound(node) { return [.amounts(amounts)] }
    let result = try number(output)
    var amounts = try products(node, id, a, b)
    if let bias = node.input(2) { try addBias(node, bias, result.shape, &amounts) }
    return [.amounts(amounts)]
  }

  private func products(
    _ node: Node, _ id: NodeID, _ a: ValueID, _ b: ValueID
  ) throws -> ErrorAmounts {
    let (x, y) = (try number(a), try number(b))
    let growth = summationGrowth(node, isConstant(a) ? x : y)
    var amounts = ErrorAmounts(variance: nil, absolute: [])
    for (isFirst, constant, data) in [(true, a, b), (false, b, a)] where isConstant(constant) {
      let (weight, other) = isFirst ? (x, y) : (y, x)
      // u is multiplied afterwards: u·|W| might leave Float's range.
      let factor =
        (weight.dataType.unitRoundoff ?? 0) * growth * roundings * self.roundings(of: constant)
      let least = weight.dataType.smallestNormal
      if mode == .statistical, normal.contains(data) {
        let sums = try squareSums(node, weight, atLeast: least, other, isFirst)
        amounts.variance = sums.map { $0 * factor * factor }
        amounts.sources = [id.index]
      } else {
        let sums = try magnitudes(node, weight, atLeast: least, other, isFirst)
        add(sums.map { $0 * factor }, to: &amounts.absolute)
      }
    }
    // Errors that come in, against the largest that the other operand can be.
    let (ea, eb) = (self.amounts(a)?.limits, self.amounts(b)?.limits)
    if let ea {
      var sizes = y.doubles().map(\.magnitude)
      if let eb { for i in sizes.indices { sizes[i] += eb[i] } }
      add(
        try magnitudes(node, tensor(ea, x.shape), tensor(sizes, y.shape), true),
        to: &amounts.absolute)
    }
    if let eb {
      let sizes = tensor(x.doubles().map(\.magnitude), x.shape)
      add(try magnitudes(node, tensor(eb, y.shape), sizes, false), to: &amounts.absolute)
    }
    if amounts.absolute.isEmpty {
      let count = try node.output(0).map { try number($0).count } ?? 0
      amounts.absolute = [Double](repeating: 0, count: count)
    }
    return amounts
  }

  /// The node on the magnitudes of two operands, without bias.
  ///
  /// In Float, which is exact enough for a bound and twice as fast, where its range does: its own
  /// rounding in sums of 2²⁰ terms is far within the bounds' margin of 5 %, and what it loses near
  /// zero is below the comparison's own noise.
  private func magnitudes(
    _ node: Node, _ one: RuntimeTensor, atLeast least: Double = 0, _ other: RuntimeTensor,
    _ isFirst: Bool
  ) throws -> [Double] {
    let variant = positiveAlpha(node, squared: false)
    let (a, b) = (one.floatMagnitudes(atLeast: Float(least)), other.floatMagnitudes(atLeast: 0))
    if let result = try variant.run(isFirst ? [a, b] : [b, a], precision: .stored).first ?? nil {
      let numbers = result.doubles()
      if numbers.allSatisfy(\.isFinite) { return numbers }
    }
    let sizes = tensor(one.doubles().map { max($0.magnitude, least) }, one.shape)
    return try run(variant, sizes, tensor(other.doubles().map(\.magnitude), other.shape), isFirst)
  }

  /// The node on the squares of a weight and ones, without bias; in Double, since squares leave
  /// Float's range.
  private func squareSums(
    _ node: Node, _ weight: RuntimeTensor, atLeast least: Double, _ other: RuntimeTensor,
    _ isFirst: Bool
  ) throws -> [Double] {
    if !isFirst, let sums = try windowSquares(node, other, weight, atLeast: least) { return sums }
    let ones = tensor([Double](repeating: 1, count: other.count), other.shape)
    let squares = [Double](squaresOf: weight.doubles(), atLeast: least)
    return try run(
      positiveAlpha(node, squared: true), tensor(squares, weight.shape), ones, isFirst)
  }

  private func run(
    _ variant: NodeVariant, _ one: RuntimeTensor, _ other: RuntimeTensor, _ isFirst: Bool
  ) throws -> [Double] {
    try variant.run(isFirst ? [one, other] : [other, one]).first??.doubles() ?? []
  }

  /// The node with the magnitude of Gemm's alpha, or its square.
  private func positiveAlpha(_ node: Node, squared: Bool) -> NodeVariant {
    guard node.opType == "Gemm" else { return variant(node) }
    var alpha: Float = 1
    if case .float(let stated)? = node.attribute("alpha") { alpha = stated.magnitude }
    return variant(node).setting("alpha", .float(squared ? alpha * alpha : alpha))
  }

  /// Adds u·|b|, or the bias's own error, along the channels.
  private func addBias(
    _ node: Node, _ bias: ValueID, _ shape: [Int], _ amounts: inout ErrorAmounts
  ) throws {
    let value = try number(bias)
    var errors: [Double]
    if isConstant(bias) {
      errors = rounding(of: bias, value)
    } else if let incoming = self.amounts(bias) {
      errors = incoming.limits
    } else {
      return
    }
    var extents = value.shape
    if node.opType == "Gemm" {
      if case .float(let beta)? = node.attribute("beta") {
        for i in errors.indices { errors[i] *= Double(beta.magnitude) }
      }
    } else {
      extents += [Int](repeating: 1, count: max(0, shape.count - 2))
    }
    guard let expanded = Broadcast.expand(errors, extents, to: shape) else { return }
    add(expanded, to: &amounts.absolute)
  }

  /// One rounding of a stored weight; three of a quantized one: its new scale's, and that of
  /// DequantizeLinear's product in either form.
  func roundings(of constant: ValueID) -> Double {
    var value = constant
    while let maker = model.producer(of: value) {
      let node = model[maker]
      if node.isStandard("DequantizeLinear") { return 3 }
      guard node.isStandard("Identity") || node.isStandard("Transpose"), let input = node.input(0)
      else { break }
      value = input
    }
    return 1
  }

  /// 1, or 1 + √K for Double models.
  func summationGrowth(_ node: Node, _ weight: RuntimeTensor) -> Double {
    guard weight.dataType == .float64 else { return 1 }
    let outputs =
      switch node.opType {
      case "Conv": weight.shape.first ?? 1
      case "ConvTranspose": weight.shape.count > 1 ? weight.shape[1] : 1
      default: weight.shape.min() ?? 1
      }
    return 1 + (Double(weight.count) / Double(max(1, outputs))).squareRoot()
  }

  private func add(_ more: [Double], to sum: inout [Double]) {
    if sum.isEmpty {
      sum = more
    } else {
      for i in sum.indices { sum[i] += more[i] }
    }
  }
}

extension RuntimeTensor {
  /// The magnitudes of the elements in Float, none smaller than `least`.
  fileprivate func floatMagnitudes(atLeast least: Float) -> RuntimeTensor {
    let numbers =
      switch elements {
      case .float(let floats): [Float](magnitudesOf: floats, atLeast: least)
      case .double(let doubles): [Float](magnitudesOf: doubles, atLeast: least)
      case .integer: [Float](magnitudesOf: doubles(), atLeast: least)
      }
    return RuntimeTensor(numbers, shape: shape)
  }
}
