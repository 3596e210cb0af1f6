internal import ModelIR

/// Sum of any number of branches and constants.
///
///     scale·(u + v + … + c) + shift = scale·u + scale·v + … + (scale·c + shift)
///
/// The shift is added once: to the first constant, else on the way of the first branch. A branch
/// that is broadcast over the channels cannot be scaled per channel.
struct SumRule: OperatorRule {
  let name = "sum"
  let summary = "moves an affine into the constants and the branches of a Sum"
  let operators = ["Sum"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    let count = visit.node.inputs.count
    guard count > 0, !visit.node.inputs.contains(nil) else {
      throw .malformedOperator(visit.blocker, "an input is missing")
    }
    let operands = try BroadcastOperands(sum: visit, affine.layout)
    let constants = (0..<count).filter { visit.isConstant($0) }
    var node = visit.node
    var demands: [Demand] = []
    for position in 0..<count {
      let part = position == constants.first ?? 0 ? affine : affine.scaleOnly
      guard constants.contains(position) else {
        demands.append(try operands.demand(position, part, visit))
        continue
      }
      let tensor = try visit.weight(position)
      let place = try operands.place(position, tensor, part, visit)
      let bias = BiasPlace(
        position: position, tensor: tensor, dataType: tensor.dataType, shape: place.shape,
        index: place.index)
      try visit.applyOutput(place.affine, to: bias, weight: nil, in: &node, draft: &draft)
    }
    guard !constants.isEmpty else { return demands }
    draft.edit(visit.id, node)
    draft.absorbed(by: name, at: visit.id)
    return affine.scalesNothing ? [] : demands
  }
}
