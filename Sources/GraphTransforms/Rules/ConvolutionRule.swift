internal import ModelIR
internal import Operators

/// Conv in any number of dimensions, any group.
///
/// Output:  W′[o, …] = scale[o]·W[o, …],  b′[o] = scale[o]·b[o] + shift[o].
/// Input:   W′[o, j, …] = W[o, j, …]·scale[c],  b′[o] = b[o] + Σ W[o, j, …]·shift[c],
///          with c = ⌊o / (O/g)⌋·(C/g) + j; the shift only where nothing is padded.
///
/// Shapes: weight [O, C/g, k1, …], bias [O].
struct ConvolutionRule: OperatorRule {
  let name = "conv"
  let summary = "scales a convolution's weight and moves its bias"
  let operators = ["Conv"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    let parts = try Parts(visit)
    let along = try visit.along(affine, axis: 1, extent: parts.outputs)
    var node = visit.node
    try visit.applyOutput(
      along, to: parts.bias, weight: parts.weight, in: &node, draft: &draft)
    let place = WeightPlace(position: 1, index: .axis(0), output: .axis(0))
    try visit.scale(place, parts.tensor, by: along, side: .output, in: &node, draft: &draft)
    draft.edit(visit.id, node)
    return []
  }

  func forward(
    _ affine: ChannelAffine, inputs: [Int], at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    guard inputs == [0] else { throw .notLinear(visit.blocker) }
    let parts = try Parts(visit)
    var affine = affine
    if affine.addsShift, try isPadded(visit, parts.tensor) {
      guard affine.shiftCountsAsZero else { throw .padding(visit.blocker) }
      affine = affine.scaleOnly
    }
    let along = try visit.along(affine, axis: 1, extent: parts.inputs)
    var node = visit.node
    try visit.absorbInput(
      along, weight: parts.weight, parts.tensor, bias: parts.bias, in: &node, draft: &draft)
    draft.edit(visit.id, node)
    return []
  }

  /// Whether a window can reach outside the input.
  private func isPadded(_ visit: Visit, _ weight: Tensor) throws(KeepReason) -> Bool {
    let mode = try visit.attributes { () throws(AttributeError) in
      try visit.node.text("auto_pad")
    }
    if let mode, mode == "SAME_UPPER" || mode == "SAME_LOWER" {
      // ⌈D/s⌉ windows of one element never reach outside.
      return weight.shape.dimensions.dropFirst(2).contains { $0 > 1 }
    }
    if mode == "VALID" { return false }
    let pads = try visit.attributes { () throws(AttributeError) in try visit.node.ints("pads") }
    return (pads ?? []).contains { $0 != 0 }
  }

  /// The weight and bias of one Conv.
  private struct Parts {
    let tensor: Tensor
    let outputs: Int
    let inputs: Int
    /// Elements by input channel.
    let weight: WeightPlace
    let bias: BiasPlace

    init(_ visit: Visit) throws(KeepReason) {
      tensor = try visit.linearWeight(1)
      let shape = tensor.shape.dimensions
      let group = try visit.attributes { () throws(AttributeError) in
        try visit.node.int("group", or: 1)
      }
      guard shape.count >= 3, group >= 1, shape[0] % group == 0, shape[0] > 0 else {
        throw .malformedOperator(visit.blocker, "weight \(tensor.shape) in \(group) groups")
      }
      let (channels, overflow) = shape[1].multipliedReportingOverflow(by: group)
      guard !overflow else {
        throw .malformedOperator(visit.blocker, "weight \(tensor.shape) in \(group) groups")
      }
      outputs = shape[0]
      inputs = channels
      let block = ChannelIndex.Group(axis: 0, size: shape[0] / group, channels: shape[1])
      weight = WeightPlace(
        position: 1, index: ChannelIndex(memberAxis: 1, group: group > 1 ? block : nil),
        output: .axis(0))
      let stored = try visit.linearBias(2)
      guard stored.map({ $0.shape.dimensions == [shape[0]] }) ?? true else {
        throw .malformedOperator(visit.blocker, "its bias has not one number per output")
      }
      bias = BiasPlace(
        position: 2, tensor: stored, dataType: stored?.dataType ?? tensor.dataType,
        shape: .vector(shape[0]), index: .axis(0))
    }
  }
}
