internal import GraphEvaluation
internal import ModelIR

extension BoundPropagator {
  /// Functions of slope at most 1: errors do not grow.
  func contraction(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    if node.opType == "LeakyRelu", case .float(let alpha)? = node.attribute("alpha"),
      alpha.magnitude > 1
    {
      return try multiplied(node, by: Double(alpha.magnitude))
    }
    return [bound(node.input(0))]
  }

  /// Functions of bounded slope that are not monotone: HardSwish 1.5, the others below 1.2.
  func smooth(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    // Swish's alpha scales its argument; the slope stays.
    try multiplied(node, by: node.opType == "HardSwish" ? 1.5 : 1.2)
  }

  /// Softmax: Σ|∂y/∂x| ≤ ½, its logarithm: ≤ 2, of the largest error.
  func softmax(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    guard let amounts = amounts(node.input(0)) else { return [.exact] }
    let largest = amounts.limits.max() ?? 0
    let factor = node.opType == "Softmax" ? 0.5 : 2
    let limits = [Double](repeating: factor * largest, count: amounts.absolute.count)
    return [.amounts(ErrorAmounts(variance: nil, absolute: limits))]
  }

  /// Monotone functions, steps among them: what they are at the ends of the error's interval.
  ///
  /// So Round is exact where the interval holds no step, and off by one where it does. Clip is
  /// monotone in its limits too, which a fold may have written.
  func monotone(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    guard let x = node.input(0), let output = node.output(0) else { return [.exact] }
    let limits = try movedLimits(of: node)
    let value = try number(x)
    let none = ErrorAmounts(variance: nil, absolute: [Double](repeating: 0, count: value.count))
    guard let amounts = amounts(x) ?? (limits.isEmpty ? nil : none) else { return [.exact] }
    let result = try number(output)
    guard value.integers == nil, result.dataType != .bool else {
      return [.unknown("no error bound is known for \(node.opType) of this type")]
    }
    let isCast = node.opType == "Cast" || node.opType == "CastLike"
    if isCast, result.integers == nil { return [.amounts(amounts)] }
    let numbers = value.doubles()
    let errors = amounts.limits
    let here = result.doubles()
    var worst = [Double](repeating: 0, count: here.count)
    for sign in [-1.0, 1.0] {
      let moved = zip(numbers, errors).map { $0 + sign * $1 }
      var inputs: [RuntimeTensor?] = try node.inputs.map { try $0.map { try number($0) } }
      inputs[0] = RuntimeTensor(
        dataType: value.dataType, shape: value.shape, elements: .double(moved))
      for (position, limit) in limits { inputs[position] = limit(sign) }
      guard let there = try variant(node).run(inputs).first??.doubles() else { continue }
      for i in worst.indices {
        let change = (there[i] - here[i]).magnitude
        worst[i] = change.isNaN ? .infinity : max(worst[i], change)
      }
    }
    return [.amounts(ErrorAmounts(variance: nil, absolute: worst))]
  }

  /// What the limits of a Clip that a fold wrote are at the ends of their rounding, by position.
  private func movedLimits(
    of node: Node
  ) throws -> [(position: Int, at: (_ sign: Double) -> RuntimeTensor)] {
    guard node.opType == "Clip" else { return [] }
    var result: [(position: Int, at: (_ sign: Double) -> RuntimeTensor)] = []
    for position in [1, 2] {
      guard let input = node.input(position), isConstant(input), try !isUnchanged(input) else {
        continue
      }
      let limit = try number(input)
      guard limit.integers == nil else { continue }
      let (numbers, errors) = (limit.doubles(), rounding(of: input, limit))
      result.append(
        (
          position,
          { sign in
            RuntimeTensor(
              dataType: limit.dataType, shape: limit.shape,
              elements: .double(zip(numbers, errors).map { $0 + sign * $1 }))
          }
        ))
    }
    return result
  }

  /// HardSigmoid: alpha·e(x), and for another program's node u·(|alpha·x| + |beta|).
  ///
  /// HardSwish is x·HardSigmoid(x) with alpha = 1/6, which the attribute holds in Float.
  func hardSigmoid(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    let moved = try monotone(node, id)
    guard roundings > 1, case .float(let alpha)? = node.attribute("alpha"),
      let x = node.input(0), case .float(let beta) = node.attribute("beta") ?? .float(0.5)
    else { return moved }
    var limits = try number(x).doubles().map {
      0x1p-24 * ((Double(alpha) * $0).magnitude + Double(beta).magnitude)
    }
    switch moved.first {
    case .unknown: return moved
    case .amounts(let amounts): limits = zip(limits, amounts.limits).map(+)
    case .exact, nil: break
    }
    return [.amounts(ErrorAmounts(variance: nil, absolute: limits))]
  }

  private func multiplied(_ node: Node, by factor: Double) throws -> [ErrorBound] {
    guard let amounts = amounts(node.input(0)) else { return [.exact] }
    return [
      .amounts(ErrorAmounts(variance: nil, absolute: amounts.limits.map { $0 * factor }))
    ]
  }
}
