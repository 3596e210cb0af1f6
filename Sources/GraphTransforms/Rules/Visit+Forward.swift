internal import ModelIR

extension Visit {
  /// W ← W·scale along its input channels, b ← b + Σ W·shift, under the accuracy gate, where
  /// weight and bias are inputs of this node.
  ///
  /// `bias` is nil where the caller has no place for the sums; every shift must be zero then.
  func absorbInput(
    _ affine: AxisAffine, weight place: WeightPlace, _ tensor: Tensor, bias: BiasPlace?,
    in node: inout Node, draft: inout FoldDraft
  ) throws(KeepReason) {
    var holder = node
    try absorbInput(
      affine, weight: place, tensor, sumsInto: bias, of: &holder, in: &node,
      draft: &draft)
    if let bias, let value = holder.input(bias.position) {
      while node.inputs.count <= bias.position { node.inputs.append(nil) }
      node.inputs[bias.position] = value
    }
  }

  /// The same where the bias is an input of another node, `holder`.
  func absorbInput(
    _ affine: AxisAffine, weight place: WeightPlace, _ tensor: Tensor,
    sumsInto: BiasPlace?, of holder: inout Node, in node: inout Node, draft: inout FoldDraft
  ) throws(KeepReason) {
    let sums: WeightSums
    do {
      sums = try WeightSums(tensor, place, affine)
    } catch {
      throw .malformedOperator(blocker, "its weight cannot be read: \(error)")
    }
    try checkAccuracy(sums, tensor.dataType)
    if let sumsInto {
      try applyInput(
        affine, sums: sums.sums, to: sumsInto, weight: place, in: &holder, draft: &draft)
    } else if !affine.shiftsNothing {
      throw .shiftDoesNotPass(blocker)
    }
    try scale(place, tensor, by: affine, side: .input, in: &node, draft: &draft)
  }

  /// A forward fold may not amplify rounding by more than 16, in half precision 2.
  private func checkAccuracy(_ sums: WeightSums, _ type: DataType) throws(KeepReason) {
    guard !session.options.allowLoss else { return }
    let limit: Double = type == .float16 || type == .bfloat16 ? 2 : 16
    let factor = sums.amplification
    guard factor > limit else { return }
    throw .losesAccuracy(bits: log2(of: factor), blocker)
  }

  /// log₂, to a fraction of what the report shows; without the C library.
  private func log2(of value: Double) -> Double {
    guard value.isFinite, value >= 1 else { return 1023 }
    var fraction = value.significand
    var result = Double(value.exponent)
    var bit = 0.5
    for _ in 0..<12 {
      fraction *= fraction
      if fraction >= 2 {
        fraction /= 2
        result += bit
      }
      bit /= 2
    }
    return result
  }
}
