internal import ModelIR
internal import Operators

/// Mul by a constant, or Div of a constant.
///
///     scale·(u·c) = u·(scale·c)
///
/// A shift does not pass.
struct MultiplicationRule: OperatorRule {
  let name = "mul"
  let summary = "moves a scale into the constant of a product"
  let operators = ["Mul", "Div"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    let operands = try BroadcastOperands(visit, affine.layout)
    guard let constant = operands.constant, visit.node.opType == "Mul" || constant == 0 else {
      throw .notLinear(visit.blocker)
    }
    guard affine.shiftCountsAsZero else { throw .shiftDoesNotPass(visit.blocker) }
    // The other operand must have every channel, or the constant's growth would enlarge the result.
    _ = try operands.demand(1 - constant, affine, visit)
    let tensor = try visit.weight(constant)
    let place = try operands.place(constant, tensor, affine.scaleOnly, visit)
    var node = visit.node
    guard place.shape == tensor.shape else {
      throw .unsupportedForm(visit.blocker, "has a constant with fewer channels")
    }
    let weight = WeightPlace(position: constant, index: place.index, output: place.index)
    try visit.scale(
      weight, tensor, by: place.affine, side: .output, in: &node, draft: &draft)
    draft.edit(visit.id, node)
    visit.merge(place.affine, into: &draft)
    return []
  }
}
