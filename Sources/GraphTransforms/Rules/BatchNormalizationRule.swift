internal import ModelIR
internal import Operators

/// A BatchNormalization that stays takes what follows it:
/// gamma′ = scale·gamma, beta′ = scale·beta + shift; mean, variance and epsilon stay.
struct BatchNormalizationRule: OperatorRule {
  let name = "batch-normalization"
  let summary = "moves an affine into the scale and bias of a BatchNormalization before it"
  let operators = ["BatchNormalization"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    let attributes = try visit.attributes { () throws(AttributeError) in
      try BatchNormalizationAttributes(visit.node, opset: visit.opset)
    }
    guard output == 0, attributes.isInference, attributes.isPerChannel,
      !attributes.hasExtraOutputs
    else { throw .unsupportedForm(visit.blocker, "is not in inference mode per channel") }
    let gamma = try visit.weight(1)
    let beta = try visit.weight(2)
    guard gamma.shape.rank == 1, gamma.shape == beta.shape else {
      throw .malformedOperator(visit.blocker, "parameters that are no vectors")
    }
    let channels = gamma.shape.elementCount
    let along = try visit.along(affine, axis: 1, extent: channels)
    var node = visit.node
    let bias = BiasPlace(
      position: 2, tensor: beta, dataType: beta.dataType, shape: beta.shape, index: .axis(0))
    try visit.applyOutput(along, to: bias, weight: nil, in: &node, draft: &draft)
    let place = WeightPlace(position: 1, index: .axis(0), output: .axis(0))
    try visit.scale(place, gamma, by: along, side: .output, in: &node, draft: &draft)
    draft.edit(visit.id, node)
    visit.merge(along, into: &draft)
    return []
  }
}
