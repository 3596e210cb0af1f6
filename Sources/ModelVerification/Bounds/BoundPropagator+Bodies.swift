internal import GraphEvaluation
internal import ModelIR

extension BoundPropagator {
  /// If: the bounds of the branch that ran.
  ///
  /// Its nodes are visited like all others; what they made is known, because a branch runs once.
  func conditional(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    guard let condition = node.input(0), case .exact = bound(condition),
      let holds = try number(condition).integers?.first
    else { return [.unknown("the condition of If is not exact")] }
    guard case .graph(let branch)? = node.attribute(holds != 0 ? "then_branch" : "else_branch")
    else { return [.unknown("If lacks a branch")] }
    for inner in model[branch].nodes where !constants.contains(inner) { try visit(inner) }
    return try model[branch].outputs.map { output in
      guard isConstant(output) else { return bound(output) }
      if try isUnchanged(output) { return .exact }
      let constant = try number(output)
      return .amounts(ErrorAmounts(variance: nil, absolute: rounding(of: output, constant)))
    }
  }
}
