internal import ModelIR

/// LSTM, GRU and RNN take what comes before their input X.
///
///     W′[d, k, i] = W[d, k, i]·scale[i],   Wb′[d, k] = Wb[d, k] + Σ W[d, k, i]·shift[i]
///
/// The bias B holds Wb in its first half and Rb in its second. Their output goes back into them,
/// so nothing that follows can be taken.
///
/// Shapes: X [.., .., I], W [D, G·H, I], B [D, 2·G·H].
struct RecurrentRule: OperatorRule {
  let name = "recurrent"
  let summary = "scales the input weights of LSTM, GRU and RNN and moves their bias"
  let operators = ["LSTM", "GRU", "RNN"]

  func forward(
    _ affine: ChannelAffine, inputs: [Int], at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    guard inputs == [0] else { throw .notLinear(visit.blocker) }
    let tensor = try visit.weight(1)
    let shape = tensor.shape.dimensions
    let stored = try visit.optionalConstant(3)
    guard shape.count == 3, tensor.shape.elementCount > 0, shape[1] <= Int.max / 4,
      let biasShape = TensorShape([shape[0], 2 * shape[1]]),
      stored.map({ $0.shape == biasShape }) ?? true
    else { throw .malformedOperator(visit.blocker, "its weight or bias") }
    let along = try visit.along(affine, axis: 2, extent: shape[2])
    // One channel for each entry of B; those of Rb get no sums.
    let output = ChannelIndex(
      memberAxis: 1, group: .init(axis: 0, size: 1, channels: 2 * shape[1]))
    let place = WeightPlace(position: 1, index: .axis(2), output: output)
    let bias = BiasPlace(
      position: 3, tensor: stored, dataType: stored?.dataType ?? tensor.dataType,
      shape: biasShape, index: output)
    var node = visit.node
    try visit.absorbInput(
      along, weight: place, tensor, bias: bias, in: &node, draft: &draft)
    draft.edit(visit.id, node)
    return []
  }
}
