internal import ModelIR
internal import Operators

/// Normalizations with constant gamma and beta take what follows them:
/// gamma′ = scale·gamma, beta′ = scale·beta + shift.
///
/// InstanceNormalization and GroupNormalization (from opset 21 on) have one pair for each channel
/// of axis 1, LayerNormalization one for each index of the last axes.
struct NormalizationRule: OperatorRule {
  let name = "normalization"
  let summary = "moves an affine into the scale and bias of another normalization before it"
  let operators = ["InstanceNormalization", "LayerNormalization", "GroupNormalization"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    guard output == 0 else { throw .notLinear(visit.blocker) }
    let gamma = try visit.weight(1)
    let beta = try visit.optionalConstant(2)
    guard gamma.shape.rank > 0, beta.map({ $0.shape == gamma.shape }) ?? true else {
      throw .malformedOperator(visit.blocker, "scale and bias of other shapes")
    }
    let axis = try axis(affine, gamma, visit)
    let (place, extent) = (axis.inGamma, gamma.shape.dimensions[axis.inGamma])
    let along = try visit.along(affine, axis: axis.inResult, extent: extent)
    var node = visit.node
    let bias = BiasPlace(
      position: 2, tensor: beta, dataType: beta?.dataType ?? gamma.dataType, shape: gamma.shape,
      index: .axis(place))
    try visit.applyOutput(along, to: bias, weight: nil, in: &node, draft: &draft)
    let weight = WeightPlace(position: 1, index: .axis(place), output: .axis(place))
    try visit.scale(weight, gamma, by: along, side: .output, in: &node, draft: &draft)
    draft.edit(visit.id, node)
    return []
  }

  /// The axis of the result that an axis of gamma stands for.
  private func axis(
    _ affine: ChannelAffine, _ gamma: Tensor, _ visit: Visit
  ) throws(KeepReason) -> (inResult: Int, inGamma: Int) {
    switch visit.node.opType {
    case "LayerNormalization":
      let rank = try visit.commonRank()
      let first = try visit.attributes { () throws(AttributeError) in
        try ShapeAttributes.axis(visit.node, or: -1, rank: rank)
      }
      guard gamma.shape.rank == rank - first else {
        throw .unsupportedForm(visit.blocker, "has a scale that is broadcast")
      }
      let axis = affine.layout.axes.first ?? rank - 1
      guard axis >= first else { throw .otherAxis(visit.blocker) }
      return (axis, axis - first)
    case "GroupNormalization" where visit.opset < 21:
      throw .unsupportedForm(visit.blocker, "has one scale per group")
    default:
      guard gamma.shape.rank == 1 else {
        throw .malformedOperator(visit.blocker, "a scale of shape \(gamma.shape)")
      }
      return (1, 0)
    }
  }
}
