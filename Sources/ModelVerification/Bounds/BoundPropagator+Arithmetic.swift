internal import GraphEvaluation
internal import ModelIR

extension BoundPropagator {
  /// Add, Sub, Sum: errors add up; a constant adds its rounding.
  func sum(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    guard let shape = try floatShape(node) else { return [.exact] }
    var total: ErrorAmounts?
    for input in node.inputs.compactMap({ $0 }) {
      guard let own = try error(of: input, expandedTo: shape) else { continue }
      total = total.map { $0 + own } ?? own
    }
    return [total.map { .amounts($0) } ?? .exact]
  }

  /// Mul, Div: of a constant c and x: |c|·e(x) + u·|c|·|x|; of two values: |a|·e(b) + |b|·e(a) +
  /// e(a)·e(b), and as much for a quotient, whose divisor must stay away from zero.
  func product(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    guard let shape = try floatShape(node), let a = node.input(0), let b = node.input(1) else {
      return [.exact]
    }
    let isDivision = node.opType == "Div"
    if isConstant(b) || (isConstant(a) && !isDivision) {
      let (constant, data) = isConstant(b) ? (b, a) : (a, b)
      if deviations[constant] == nil {
        return [try scaled(data, by: constant, inverse: isDivision, shape, id)]
      }
    }
    let (x, y) = (try expanded(a, shape), try expanded(b, shape))
    let zeros = [Double](repeating: 0, count: x.count)
    let ex = try error(of: a, expandedTo: shape)?.limits ?? zeros
    let ey = try error(of: b, expandedTo: shape)?.limits ?? zeros
    guard ex.contains(where: { $0 != 0 }) || ey.contains(where: { $0 != 0 }) else {
      return [.exact]
    }
    var limits = zeros
    for i in limits.indices {
      if isDivision {
        let least = y[i].magnitude - ey[i]
        limits[i] =
          least > 0
          ? (ex[i] + (x[i] / y[i]).magnitude * ey[i]) / least : ex[i] + ey[i] == 0 ? 0 : .infinity
      } else {
        limits[i] = x[i].magnitude * ey[i] + y[i].magnitude * ex[i] + ex[i] * ey[i]
      }
    }
    return [.amounts(ErrorAmounts(variance: nil, absolute: limits))]
  }

  /// Max and Min of values: the largest error among them.
  func largest(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    guard let shape = try floatShape(node) else { return [.exact] }
    var total: [Double]?
    for input in node.inputs.compactMap({ $0 }) {
      guard let own = try error(of: input, expandedTo: shape)?.limits else { continue }
      total = total.map { zip($0, own).map(max) } ?? own
    }
    return [total.map { .amounts(ErrorAmounts(variance: nil, absolute: $0)) } ?? .exact]
  }

  /// PRelu: max(1, |slope|)·e(x) + u·|slope|·|x|.
  func parametricReLU(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    guard let shape = try floatShape(node), let x = node.input(0), let slope = node.input(1),
      isConstant(slope)
    else { return [.unknown("no error bound is known for a computed slope of PRelu")] }
    let numbers = try expanded(x, shape)
    let slopes = try expanded(slope, shape)
    let roundings = try error(of: slope, expandedTo: shape)?.limits ?? []
    let errors = try error(of: x, expandedTo: shape)?.limits
    var limits = [Double](repeating: 0, count: numbers.count)
    for i in limits.indices {
      limits[i] =
        roundings[i] * numbers[i].magnitude + max(1, slopes[i].magnitude) * (errors?[i] ?? 0)
    }
    return [.amounts(ErrorAmounts(variance: nil, absolute: limits))]
  }

  /// BatchNormalization with s = gamma/√(variance + epsilon): |s|·e(x) and the roundings of the
  /// five parameters, ½ of the variance's: u·(1.5·|s|·|x − mean| + |s·mean| + |beta|).
  func batchNormalization(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    guard let x = node.input(0), let output = node.output(0),
      (1...4).allSatisfy({ isConstant(node.input($0)) })
    else { return [.unknown("BatchNormalization has computed parameters")] }
    let reader = AffineReader(model: model, constants: constants, resolver: resolver)
    guard let affine = try? reader.affine(of: [id]) else {
      return [.unknown("BatchNormalization has unreadable parameters")]
    }
    let value = try number(x)
    let u = try (node.input(1).map { try number($0).dataType.unitRoundoff ?? 0 } ?? 0) * roundings
    let shape = try number(output).shape
    let channels = shape.count > 1 ? shape[1] : 1
    guard affine.scale.count == channels else { return [.unknown("channels differ")] }
    let inner = shape.dropFirst(2).reduce(1, *)
    let numbers = value.doubles()
    let incoming = amounts(x)
    var result = ErrorAmounts(variance: nil, absolute: [])
    result.absolute.reserveCapacity(numbers.count)
    let isNormal = mode == .statistical && normal.contains(x)
    if isNormal || incoming?.variance != nil { result.variance = [] }
    for i in numbers.indices {
      let c = i / max(1, inner) % max(1, channels)
      let s = affine.scale[c].high.magnitude
      let fixed = u * 2.5 * affine.shiftMagnitude[c] + s * (incoming?.absolute[i] ?? 0)
      result.absolute.append(fixed + (isNormal ? 0 : u * 1.5 * s * numbers[i].magnitude))
      let variance = s * s * (incoming?.variance?[i] ?? 0)
      result.variance?.append(variance + (isNormal ? 2.25 * u * u * s * s : 0))
    }
    result.sources = (incoming?.sources ?? []).union(isNormal ? [id.index] : [])
    return [.amounts(result)]
  }

  /// Normalizations by their own statistics with gamma and beta: u·(|y| + 2·|beta|).
  func normalization(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    guard let output = node.output(0), amounts(node.input(0)) == nil else {
      return [.unknown("no error bound is known for the input of \(node.opType)")]
    }
    let parameters = try [1, 2].compactMap { try node.input($0).map { try number($0) } }
    let u = (parameters.first?.dataType.unitRoundoff ?? 0) * roundings
    let beta = parameters.count > 1 ? parameters[1].doubles().map(\.magnitude).max() ?? 0 : 0
    let limits = try number(output).doubles().map { u * ($0.magnitude + 2 * beta) }
    return [.amounts(ErrorAmounts(variance: nil, absolute: limits))]
  }

  // MARK: Parts

  /// The shape of a float result; nil for whole numbers, which carry no errors.
  private func floatShape(_ node: Node) throws -> [Int]? {
    guard let output = node.output(0) else { return nil }
    let value = try number(output)
    return value.integers == nil ? value.shape : nil
  }

  func expanded(_ value: ValueID, _ shape: [Int]) throws -> [Double] {
    let tensor = try number(value)
    guard let numbers = Broadcast.expand(tensor.doubles(), tensor.shape, to: shape) else {
      throw mismatch(value)
    }
    return numbers
  }

  /// A value's error for each element of a larger shape: a constant's rounding, or what comes in.
  func error(of value: ValueID, expandedTo shape: [Int]) throws -> ErrorAmounts? {
    let tensor = try number(value)
    let own: ErrorAmounts
    if isConstant(value) {
      own = ErrorAmounts(variance: nil, absolute: rounding(of: value, tensor))
    } else if let incoming = amounts(value) {
      own = incoming
    } else {
      return nil
    }
    guard let absolute = Broadcast.expand(own.absolute, tensor.shape, to: shape) else {
      throw mismatch(value)
    }
    return ErrorAmounts(
      variance: own.variance.flatMap { Broadcast.expand($0, tensor.shape, to: shape) },
      absolute: absolute, sources: own.sources)
  }

  private func scaled(
    _ data: ValueID, by constant: ValueID, inverse: Bool, _ shape: [Int], _ id: NodeID
  ) throws -> ErrorBound {
    let u = (try number(constant).dataType.unitRoundoff ?? 0) * roundings
    let factors = try expanded(constant, shape).map { (inverse ? 1 / $0 : $0).magnitude }
    let incoming = try error(of: data, expandedTo: shape)
    let isNormal = mode == .statistical && normal.contains(data)
    var result = ErrorAmounts(
      variance: nil, absolute: [Double](repeating: 0, count: factors.count),
      sources: incoming?.sources ?? [])
    if isNormal {
      result.variance = factors.map { u * u * $0 * $0 }
      result.sources.insert(id.index)
    } else {
      let numbers = try expanded(data, shape)
      for i in factors.indices { result.absolute[i] = u * factors[i] * numbers[i].magnitude }
    }
    guard let incoming else { return .amounts(result) }
    for i in factors.indices { result.absolute[i] += factors[i] * incoming.absolute[i] }
    if let variance = incoming.variance {
      var own = result.variance ?? [Double](repeating: 0, count: factors.count)
      for i in factors.indices { own[i] += factors[i] * factors[i] * variance[i] }
      result.variance = own
    }
    return .amounts(result)
  }

  private func mismatch(_ value: ValueID) -> EvaluationError {
    EvaluationError(
      node: nil, nodeName: "", opType: "",
      problem: .badInput("\"\(model[value].name)\" does not fit by broadcasting"))
  }
}
