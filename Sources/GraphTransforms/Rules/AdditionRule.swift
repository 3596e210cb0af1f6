internal import ModelIR
internal import Operators

/// Add and Sub, of a constant or of two branches.
///
///     scale·(u + c) + shift = scale·u + (scale·c + shift)
///     scale·(u ± v) + shift = (scale·u + shift) ± scale·v
///
/// A branch that is broadcast over the channels cannot be scaled per channel.
struct AdditionRule: OperatorRule {
  let name = "add"
  let summary = "moves an affine into the constant and the branches of a sum"
  let operators = ["Add", "Sub"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    let operands = try BroadcastOperands(visit, affine.layout)
    guard let constant = operands.constant else {
      return [
        try operands.demand(0, affine, visit), try operands.demand(1, affine.scaleOnly, visit),
      ]
    }
    let tensor = try visit.weight(constant)
    let place = try operands.place(constant, tensor, affine, visit)
    var node = visit.node
    var bias = BiasPlace(
      position: constant, tensor: tensor, dataType: tensor.dataType, shape: place.shape,
      index: place.index)
    if node.opType == "Sub", constant == 1 {
      // x − c is x + (−c), to which a shift can be added.
      node.opType = "Add"
      bias.scale = -1
    }
    try visit.applyOutput(place.affine, to: bias, weight: nil, in: &node, draft: &draft)
    draft.edit(visit.id, node)
    if affine.scalesNothing {
      visit.merge(place.affine, into: &draft)
      return []
    }
    // Its constant is no affine of the input model any more.
    draft.merge(visit.id, [])
    draft.absorbed(by: name, at: visit.id)
    return [try operands.demand(1 - constant, affine.scaleOnly, visit)]
  }
}
