internal import ModelIR

/// Sum of any number of branches.
///
///     scale·(u + v + …) + shift = (scale·u + shift) + scale·v + …
///
/// Constants among the operands, and branches broadcast over the channels, block.
struct SumRule: OperatorRule {
  let name = "sum"
  let summary = "moves an affine into the branches of a Sum"
  let operators = ["Sum"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    let values = visit.node.inputs.compactMap { $0 }
    guard values.count == visit.node.inputs.count, !values.isEmpty else {
      throw .malformedOperator(visit.blocker, "an input is missing")
    }
    let rank = try visit.rank(of: try visit.output())
    var demands: [Demand] = []
    for (position, value) in values.enumerated() {
      guard !visit.isConstant(position) else {
        throw .unsupportedForm(visit.blocker, "adds a constant")
      }
      let dimensions = try visit.dimensions(of: value)
      guard dimensions.count == rank else { throw .broadcastBranch(visit.blocker) }
      for (axis, extent) in zip(affine.layout.axes, affine.layout.extents) {
        guard let found = dimensions[axis].value else {
          throw .unknownShape(value: visit.session.model[value].name)
        }
        guard found == extent else { throw .broadcastBranch(visit.blocker) }
      }
      demands.append(Demand(value: value, affine: position == 0 ? affine : affine.scaleOnly))
    }
    return demands
  }
}
