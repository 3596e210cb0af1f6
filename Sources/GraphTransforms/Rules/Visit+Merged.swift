internal import ModelIR

/// Folds into tensors that were merged from parallel branches: what acts on a sum acts on every
/// summand.
extension Visit {
  /// W ← scale·W: every branch gets the step.
  func scaleMerged(
    _ place: WeightPlace, _ tensor: Tensor, _ recipe: TensorRecipe, _ prior: FoldClaim,
    by affine: AxisAffine, side: FoldClaim.Step.Side, _ node: inout Node, _ draft: inout FoldDraft
  ) throws(KeepReason) {
    try requireOutput(side, tensor.dataType)
    let step = FoldClaim.Step(
      affine: affine.site.nodes, side: side, index: place.index, channelMap: affine.claimedMap,
      addsShift: affine.addsShift)
    let new = draft.initializer(
      freshName(place.position),
      Tensor(dataType: tensor.dataType, shape: tensor.shape, recipe: recipe))
    var claim = prior
    claim.target = new
    for position in claim.branches.indices {
      claim.branches[position].claim.target = new
      claim.branches[position].claim.steps.append(step)
    }
    draft.claim(claim)
    node.inputs[place.position] = new
  }

  /// b ← scale·b + shift: every branch gets the scale, one of its own gets the shift.
  func moveMerged(
    _ place: BiasPlace, _ recipe: TensorRecipe, _ prior: FoldClaim, _ step: FoldClaim.Step,
    in node: inout Node, draft: inout FoldDraft
  ) throws(KeepReason) {
    try requireOutput(step.side, place.dataType)
    guard place.tensor?.shape == place.shape else {
      throw .unsupportedForm(blocker, "has a merged bias that cannot be widened")
    }
    let new = draft.initializer(
      freshName(place.position),
      Tensor(dataType: place.dataType, shape: place.shape, recipe: recipe))
    var claim = prior
    claim.target = new
    for position in claim.branches.indices {
      var scaling = step
      scaling.addsShift = false
      claim.branches[position].claim.target = new
      claim.branches[position].claim.steps.append(scaling)
    }
    if step.addsShift {
      let shift = FoldClaim(
        target: new, role: .bias(weight: nil), linearNode: prior.linearNode, source: nil,
        biasOutput: place.index, steps: [step])
      claim.branches.append(.init(claim: shift, kernel: .stored, shape: place.shape, sign: 1))
    }
    draft.claim(claim)
    node.inputs[place.position] = new
  }

  private func freshName(_ position: Int) -> String {
    node.input(position).map { freshName($0) } ?? "merged"
  }

  private func requireOutput(
    _ side: FoldClaim.Step.Side, _ type: DataType
  ) throws(KeepReason) {
    guard side == .output else {
      throw .unsupportedForm(blocker, "is merged from branches already")
    }
    // Whether merged numbers of half precision fit is found out for all their sites at once.
    guard type != .float16 else {
      throw .unsupportedForm(blocker, "is merged from branches of half precision already")
    }
  }
}
