internal import GraphEvaluation
internal import ModelIR

/// y = scale·x + shift per channel, recomputed from the parameters of the original's nodes.
///
/// Formula: BatchNormalization: scale = gamma / √(variance + epsilon), shift = beta − scale·mean.
/// Accuracy: two Doubles a number, so that what is compared with it is the only rounding.
struct RecomputedAffine {
  /// Why nodes are no affine that can be recomputed.
  struct Problem: Error {
    var reason: String
  }

  /// One number for each channel, or one for all.
  var scale: [DoubleDouble]
  /// As many as `scale`.
  var shift: [DoubleDouble]
  /// The sum of the magnitudes of which each shift is the sum: |scale·mean| + |beta|.
  var shiftMagnitude: [Double]

  /// Does nothing.
  static let identity = RecomputedAffine(
    scale: [DoubleDouble(1)], shift: [DoubleDouble(0)], shiftMagnitude: [0])

  /// First this one, then another.
  func followed(by next: RecomputedAffine) throws -> RecomputedAffine {
    let count = max(scale.count, next.scale.count)
    guard scale.count == 1 || scale.count == count,
      next.scale.count == 1 || next.scale.count == count
    else {
      throw Problem(reason: "affines of \(scale.count) and \(next.scale.count) channels")
    }
    var result = RecomputedAffine(scale: [], shift: [], shiftMagnitude: [])
    for channel in 0..<count {
      let a = scale.count == 1 ? 0 : channel
      let b = next.scale.count == 1 ? 0 : channel
      result.scale.append(scale[a] * next.scale[b])
      result.shift.append(shift[a] * next.scale[b] + next.shift[b])
      result.shiftMagnitude.append(
        shiftMagnitude[a] * next.scale[b].high.magnitude + next.shiftMagnitude[b])
    }
    return result
  }
}

/// Reads affines off the nodes of the original.
struct AffineReader {
  let model: Model
  let constants: ConstantSet
  let resolver: ConstantResolver

  /// What some nodes do one after the other.
  func affine(of nodes: [NodeID]) throws -> RecomputedAffine {
    try nodes.reduce(.identity) { try $0.followed(by: affine(of: $1)) }
  }

  /// Whether a node could be read as an affine of its one input that is no constant.
  func isCandidate(_ node: Node) -> Bool {
    guard node.domain.isEmpty else { return false }
    switch node.opType {
    case "BatchNormalization", "Neg", "Identity": return true
    case "Mul", "Add", "Sub", "Div":
      return node.inputs.count { $0.map { constants.contains($0) } ?? false } == 1
    default: return false
    }
  }

  private func affine(of id: NodeID) throws -> RecomputedAffine {
    guard model.contains(id) else {
      throw RecomputedAffine.Problem(reason: "an affine is claimed that is no node of the original")
    }
    let node = model[id]
    guard node.domain.isEmpty else { throw unreadable(node) }
    switch node.opType {
    case "BatchNormalization": return try batchNormalization(node)
    case "Identity": return .identity
    case "Dropout" where try !isRandom(node): return .identity
    case "Neg": return one([-1], [0])
    case "Mul", "Add", "Sub", "Div": return try arithmetic(node)
    default: throw unreadable(node)
    }
  }

  /// Whether a Dropout may drop something: in training mode, at a ratio that is not a constant 0.
  private func isRandom(_ node: Node) throws -> Bool {
    func number(_ position: Int) throws -> Double? {
      guard let value = node.input(position) else { return 0 }
      return try resolver.value(value)?.doubles().first
    }
    let opset = model.opsets(in: node.graph)[""] ?? 0
    if opset >= 12 {
      let isInference = try number(2) == 0
      let dropsNothing = try node.input(1) != nil && number(1) == 0
      return !isInference && !dropsNothing
    }
    if opset >= 7 { return false }
    if case .int(1)? = node.attribute("is_test") { return false }
    if case .float(0)? = node.attribute("ratio") { return false }
    return true
  }

  private func batchNormalization(_ node: Node) throws -> RecomputedAffine {
    var parameters: [[Double]] = []
    for position in 1...4 {
      guard let value = node.input(position), let tensor = try resolver.value(value) else {
        throw RecomputedAffine.Problem(
          reason: "a parameter of BatchNormalization \"\(node.name)\" is no constant")
      }
      parameters.append(tensor.doubles())
    }
    let count = parameters[0].count
    guard parameters.allSatisfy({ $0.count == count }) else {
      throw RecomputedAffine.Problem(
        reason: "the parameters of BatchNormalization \"\(node.name)\" differ in length")
    }
    var epsilon = Double(Float(1e-5))
    if case .float(let stated)? = node.attribute("epsilon") { epsilon = Double(stated) }
    var result = RecomputedAffine(scale: [], shift: [], shiftMagnitude: [])
    for channel in 0..<count {
      let deviation =
        (DoubleDouble(parameters[3][channel]) + DoubleDouble(epsilon)).squareRoot()
      let scale = DoubleDouble(parameters[0][channel]) / deviation
      let mean = parameters[2][channel]
      let beta = parameters[1][channel]
      result.scale.append(scale)
      result.shift.append(DoubleDouble(beta) - scale * DoubleDouble(mean))
      result.shiftMagnitude.append(beta.magnitude + (scale.high * mean).magnitude)
    }
    return result
  }

  private func arithmetic(_ node: Node) throws -> RecomputedAffine {
    guard let first = node.input(0), let second = node.input(1) else { throw unreadable(node) }
    let isFirst = constants.contains(first)
    guard isFirst != constants.contains(second),
      let tensor = try resolver.value(isFirst ? first : second)
    else { throw unreadable(node) }
    guard tensor.shape.count(where: { $0 != 1 }) <= 1 else {
      throw RecomputedAffine.Problem(
        reason: "the constant of \(node.opType) \"\(node.name)\" has shape \(tensor.shape)")
    }
    let numbers = tensor.doubles()
    let ones = numbers.map { _ in 1.0 }
    let zeros = numbers.map { _ in 0.0 }
    switch (node.opType, isFirst) {
    case ("Mul", _): return one(numbers, zeros)
    case ("Add", _): return one(ones, numbers)
    case ("Sub", false): return one(ones, numbers.map { -$0 })
    case ("Sub", true): return one(ones.map { -$0 }, numbers)
    case ("Div", false):
      var result = one(ones, zeros)
      result.scale = numbers.map { DoubleDouble(1) / DoubleDouble($0) }
      return result
    default: throw unreadable(node)
    }
  }

  private func one(_ scale: [Double], _ shift: [Double]) -> RecomputedAffine {
    RecomputedAffine(
      scale: scale.map { DoubleDouble($0) }, shift: shift.map { DoubleDouble($0) },
      shiftMagnitude: shift.map(\.magnitude))
  }

  private func unreadable(_ node: Node) -> RecomputedAffine.Problem {
    RecomputedAffine.Problem(reason: "\(node.opType) \"\(node.name)\" is no affine of one constant")
  }
}
