internal import ModelIR
internal import Operators

/// ConvTranspose in any number of dimensions, any group.
///
/// Output:  W′[i, j, …] = scale[o]·W[i, j, …] with o = ⌊i / (C/g)⌋·(M/g) + j,
///          b′[o] = scale[o]·b[o] + shift[o].
/// Input:   W′[i, …] = W[i, …]·scale[i]; a shift would make a map that depends on the position.
///
/// Shapes: weight [C, M/g, k1, …], bias [M].
struct TransposedConvolutionRule: OperatorRule {
  let name = "conv-transpose"
  let summary = "scales a transposed convolution's weight and moves its bias"
  let operators = ["ConvTranspose"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    let tensor = try visit.linearWeight(1)
    let (index, outputs) = try outputChannels(visit, tensor)
    let along = try visit.along(affine, axis: 1, extent: outputs)
    let stored = try visit.linearBias(2)
    guard stored.map({ $0.shape.dimensions == [outputs] }) ?? true else {
      throw .malformedOperator(visit.blocker, "its bias has not one number per output")
    }
    let bias = BiasPlace(
      position: 2, tensor: stored, dataType: stored?.dataType ?? tensor.dataType,
      shape: .vector(outputs), index: .axis(0))
    let place = WeightPlace(position: 1, index: index, output: index)
    var node = visit.node
    try visit.applyOutput(along, to: bias, weight: place, in: &node, draft: &draft)
    try visit.scale(place, tensor, by: along, side: .output, in: &node, draft: &draft)
    draft.edit(visit.id, node)
    return []
  }

  func forward(
    _ affine: ChannelAffine, inputs: [Int], at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    guard inputs == [0] else { throw .notLinear(visit.blocker) }
    let tensor = try visit.linearWeight(1)
    let (output, _) = try outputChannels(visit, tensor)
    guard affine.shiftCountsAsZero else { throw .shiftDoesNotPass(visit.blocker) }
    let along = try visit.along(affine.scaleOnly, axis: 1, extent: tensor.shape.dimensions[0])
    let place = WeightPlace(position: 1, index: .axis(0), output: output)
    var node = visit.node
    try visit.absorbInput(
      along, weight: place, tensor, bias: nil, in: &node, draft: &draft)
    draft.edit(visit.id, node)
    return []
  }

  /// How the weight's elements belong to output channels, and how many of these there are.
  private func outputChannels(
    _ visit: Visit, _ tensor: Tensor
  ) throws(KeepReason) -> (ChannelIndex, Int) {
    let shape = tensor.shape.dimensions
    let group = try visit.attributes { () throws(AttributeError) in
      try visit.node.int("group", or: 1)
    }
    guard shape.count >= 3, group >= 1, shape[0] > 0, shape[0] % group == 0 else {
      throw .malformedOperator(visit.blocker, "weight \(tensor.shape) in \(group) groups")
    }
    let (outputs, overflow) = shape[1].multipliedReportingOverflow(by: group)
    guard !overflow, outputs > 0 else {
      throw .malformedOperator(visit.blocker, "weight \(tensor.shape) in \(group) groups")
    }
    let block = ChannelIndex.Group(axis: 0, size: shape[0] / group, channels: shape[1])
    return (ChannelIndex(memberAxis: 1, group: group > 1 ? block : nil), outputs)
  }
}
