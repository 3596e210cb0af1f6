internal import ModelIR

/// The weight of a linear node that an affine meets, and how its elements belong to channels.
struct WeightPlace {
  /// Its position among the node's inputs.
  var position: Int
  /// Which channel of the affine an element belongs to.
  var index: ChannelIndex
  /// Which output channel an element adds to; for sums of forward folds.
  var output: ChannelIndex
  /// What the node multiplies it with (Gemm's alpha).
  var scale = 1.0
}

/// The bias of a linear node that an affine meets.
struct BiasPlace {
  /// Its position among the node's inputs.
  var position: Int
  /// What it is now; nil where there is none.
  var tensor: Tensor?
  /// What it is to be: its type and shape.
  var dataType: DataType
  var shape: TensorShape
  /// Which output channel an element belongs to.
  var index: ChannelIndex
  /// What the node multiplies it with (Gemm's beta); 1 after the fold.
  var scale = 1.0
}

extension Visit {
  /// Multiplies a weight by an affine's scale, in a fresh tensor.
  func scale(
    _ place: WeightPlace, _ tensor: Tensor, by affine: AxisAffine, side: FoldClaim.Step.Side,
    in node: inout Node, draft: inout FoldDraft
  ) throws(KeepReason) {
    guard !affine.scalesNothing, let old = node.input(place.position) else { return }
    if session.isQuantized(old) {
      return try scaleQuantized(place, tensor, by: affine, side: side, draft: &draft)
    }
    try mayReplace(old)
    let recipe = tensor.asRecipe.scaled(by: affine.scale, at: place.index)
    let prior = session.claims[old]
    if let prior, !prior.branches.isEmpty {
      return try scaleMerged(place, tensor, recipe, prior, by: affine, side: side, &node, &draft)
    }
    let source = prior?.source ?? old
    let new = draft.initializer(
      freshName(source), Tensor(dataType: tensor.dataType, shape: tensor.shape, recipe: recipe))
    let step = FoldClaim.Step(
      affine: affine.site.nodes, side: side, index: place.index, channelMap: affine.claimedMap,
      addsShift: affine.addsShift)
    draft.claim(
      FoldClaim(
        target: new, role: .weight, linearNode: session.inputNode(id), source: source,
        steps: (prior?.steps ?? []) + [step]))
    node.inputs[place.position] = new
  }

  /// b ← scale·b + shift, in a fresh tensor; nothing where that changes nothing.
  func applyOutput(
    _ affine: AxisAffine, to place: BiasPlace, weight: WeightPlace?, in node: inout Node,
    draft: inout FoldDraft
  ) throws(KeepReason) {
    let hasBias = place.tensor != nil
    guard hasBias && !affine.scalesNothing || !affine.shiftsNothing || place.scale != 1 && hasBias
    else { return }
    var recipe = TensorRecipe(terms: [])
    if let tensor = place.tensor {
      guard let whole = tensor.recipe(broadcastTo: place.shape) else {
        throw .unsupportedForm(blocker, "has a bias that cannot be widened after an earlier fold")
      }
      let factors = affine.scale.map { $0 * place.scale }
      recipe = whole.scaled(by: factors, at: place.index)
    }
    if !affine.shiftsNothing { recipe = recipe.addingVector(affine.shift, at: place.index) }
    let step = FoldClaim.Step(
      affine: affine.site.nodes, side: .output, index: place.index,
      channelMap: affine.claimedMap, addsShift: affine.addsShift)
    try replaceBias(place, recipe, step, weight: weight, in: &node, draft: &draft)
  }

  /// b ← b + sums, where the sums come from an input step; nothing where they are all zero.
  func applyInput(
    _ affine: AxisAffine, sums: [Double], to place: BiasPlace, weight: WeightPlace,
    in node: inout Node, draft: inout FoldDraft
  ) throws(KeepReason) {
    guard !affine.shiftsNothing || place.scale != 1 && place.tensor != nil else { return }
    var recipe = TensorRecipe(terms: [])
    if let tensor = place.tensor {
      guard let whole = tensor.recipe(broadcastTo: place.shape) else {
        throw .unsupportedForm(blocker, "has a bias that cannot be widened after an earlier fold")
      }
      recipe =
        place.scale == 1
        ? whole
        : whole.scaled(by: sums.map { _ in place.scale }, at: place.index)
    }
    recipe = recipe.addingVector(sums, at: place.index)
    let step = FoldClaim.Step(
      affine: affine.site.nodes, side: .input, index: weight.index,
      channelMap: affine.claimedMap, addsShift: affine.addsShift)
    try replaceBias(place, recipe, step, weight: weight, in: &node, draft: &draft)
  }

  private func replaceBias(
    _ place: BiasPlace, _ recipe: TensorRecipe, _ step: FoldClaim.Step, weight: WeightPlace?,
    in node: inout Node, draft: inout FoldDraft
  ) throws(KeepReason) {
    var recipe = recipe
    recipe.isBias = true
    let old = node.input(place.position)
    if let old { try mayReplace(old) }
    let prior = old.flatMap { session.claims[$0] }
    if let prior, !prior.branches.isEmpty {
      return try moveMerged(place, recipe, prior, step, in: &node, draft: &draft)
    }
    let weightValue = weight.flatMap { session.model[id].input($0.position) }
    let weightClaim = weightValue.flatMap { session.claims[$0] }
    guard weightClaim?.branches.isEmpty ?? true || step.side == .output else {
      throw .unsupportedForm(blocker, "is merged from branches already")
    }
    // A merged weight is none of the input model's. Where the layer is another node, what the bias
    // holds so far tells of it.
    var summed = weightClaim == nil ? weightValue : weightClaim?.source
    if weight == nil, case .bias(let known)? = prior?.role { summed = known }
    // What the weight alone has met so far still scales what later steps sum.
    let known = Set((prior?.steps ?? []).map(\.affine))
    var steps = prior?.steps ?? []
    for var missing in weightClaim?.steps ?? [] where !known.contains(missing.affine) {
      if missing.side == .output { missing.index = place.index }
      missing.addsShift = false
      steps.append(missing)
    }
    let source = prior == nil ? old : prior?.source
    let name = source.map(freshName) ?? "\(Blocker.name(of: self.node, in: session.model)).bias"
    let new = draft.initializer(
      name, Tensor(dataType: place.dataType, shape: place.shape, recipe: recipe))
    draft.claim(
      FoldClaim(
        target: new, role: .bias(weight: summed), linearNode: session.inputNode(id),
        source: source, sourceScale: prior?.sourceScale ?? place.scale,
        weightOutput: weight?.output ?? prior?.weightOutput, biasOutput: place.index,
        weightScale: weight?.scale ?? prior?.weightScale ?? 1, steps: steps + [step]))
    while node.inputs.count <= place.position { node.inputs.append(nil) }
    node.inputs[place.position] = new
  }

  /// Refuses a constant that others read too where copies are not wanted, and one of which no claim
  /// can tell.
  func mayReplace(_ value: ValueID) throws(KeepReason) {
    guard session.isOfInput(value) else {
      throw .unsupportedForm(blocker, "has a constant that follows from shapes")
    }
    guard session.claims[value]?.role != .shiftBeforeScale else {
      throw .unsupportedForm(blocker, "is what a half fold left")
    }
    if session.options.noDuplicate, session.isShared(value) {
      throw .sharedWeight(blocker, value: session.model[value].name)
    }
  }

  func freshName(_ source: ValueID) -> String { "\(session.model[source].name)_folded" }
}
