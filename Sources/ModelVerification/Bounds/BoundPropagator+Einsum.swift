internal import GraphEvaluation
internal import ModelIR

extension BoundPropagator {
  /// Einsum: a sum of products x₁·x₂·…, one factor of each operand, each off by eᵢ.
  ///
  /// Its error is at most the sum of Π(|xᵢ| + eᵢ) − Π|xᵢ|, which is
  /// Σᵢ Π_{j<i}(|xⱼ| + eⱼ) · eᵢ · Π_{j>i}|xⱼ|, all by the node's own kernel. Double models: times
  /// 1 + √K, K products in a sum, as for other linear operators.
  func einsum(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    let operands = node.inputs.compactMap { $0 }
    guard operands.count == node.inputs.count, let output = node.output(0) else {
      return [.unknown("Einsum lacks an operand")]
    }
    let result = try number(output)
    guard result.integers == nil else { return [.exact] }
    let errors = try operands.map { try movement(of: $0) }
    guard errors.contains(where: { $0 != nil }) else { return [.exact] }
    let numbers = try operands.map { try number($0) }
    var factors = numbers.map { tensor($0.doubles().map(\.magnitude), $0.shape) }
    let variant = variant(node)
    var limits = [Double](repeating: 0, count: result.count)
    for (position, error) in errors.enumerated() {
      guard let error else { continue }
      let sizes = factors[position].doubles()
      factors[position] = tensor(error, numbers[position].shape)
      let share = try variant.run(factors).first??.doubles() ?? []
      for (i, more) in share.enumerated() { limits[i] += more }
      factors[position] = tensor(zip(sizes, error).map(+), numbers[position].shape)
    }
    if zip(operands, numbers).contains(where: { isConstant($0) && $1.dataType == .float64 }) {
      let ones = numbers.map { tensor([Double](repeating: 1, count: $0.count), $0.shape) }
      let products = try variant.run(ones).first??.doubles() ?? []
      for (i, count) in products.enumerated() { limits[i] *= 1 + count.squareRoot() }
    }
    return [.amounts(ErrorAmounts(variance: nil, absolute: limits))]
  }
}
