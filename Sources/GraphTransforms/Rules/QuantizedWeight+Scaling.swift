internal import ModelIR

extension QuantizedWeight {
  /// DequantizeLinear with its constants times the affine's scale, and what is claimed of them.
  func scaled(
    _ affine: AxisAffine, _ meeting: Meeting, side: FoldClaim.Step.Side, linear: NodeID,
    draft: inout FoldDraft
  ) throws(KeepReason) -> Node {
    func step(_ map: [Int], _ index: ChannelIndex) -> FoldClaim.Step {
      let along = AxisAffine(site: affine.site, map: map, addsShift: affine.addsShift)
      return FoldClaim.Step(
        affine: affine.site.nodes, side: side, index: index, channelMap: along.claimedMap,
        addsShift: affine.addsShift)
    }
    var node = node
    let shape = meeting.grows ? .vector(meeting.scale.count) : scale.shape
    let factors = meeting.scale.map { Self.magnitude(affine, $0) }
    if factors.contains(where: { $0 != 1 }) {
      let index = shape.rank == 0 ? ChannelIndex.uniform : .axis(0)
      guard let whole = scale.recipe(broadcastTo: shape) else {
        throw .unsupportedForm(visit.blocker, "has a scale that cannot be widened")
      }
      let recipe = whole.scaled(by: factors, at: index)
      node.inputs[1] = try replaced(
        1, Tensor(dataType: scale.dataType, shape: shape, recipe: recipe), .quantizationScale,
        step(meeting.scale, index), linear, &draft)
    }
    if let (tensor, map, index) = try turned(affine, meeting) {
      node.inputs[0] = try replaced(
        0, tensor, .quantized(zeroPoint: try originalZeroPoint()), step(map, index), linear,
        &draft)
    }
    if meeting.grows, let axis = meeting.axis {
      node.setAttribute("axis", .int(Int64(axis)))
      if let zeroPoint { node.inputs[2] = try widened(zeroPoint, meeting.scale.count, &draft) }
    }
    return node
  }

  /// The whole numbers with the affine's signs, with its channels along an index; nil where all
  /// scales are positive.
  private func turned(
    _ affine: AxisAffine, _ meeting: Meeting
  ) throws(KeepReason) -> (Tensor, map: [Int], ChannelIndex)? {
    var (map, axis) = (meeting.numbers, meeting.axis)
    if axis == nil, let own = self.axis {
      // Zero points lie along the scale's axis.
      (map, axis) = ([Int](repeating: map[0], count: scale.shape.elementCount), own)
    }
    let signs = map.map { channel -> Double in
      let scale = channel < 0 ? 1 : affine.site.scale[channel]
      return scale > 0 ? 1 : scale < 0 ? -1 : 0
    }
    guard signs.contains(where: { $0 != 1 }) else { return nil }
    let stored = try exact(zeroPoint)
    if stored.contains(where: { $0 != stored[0] }), axis != self.axis {
      throw .unsupportedForm(visit.blocker, "has zero points along another axis")
    }
    let zeros = signs.indices.map { stored.count == signs.count ? stored[$0] : stored.first ?? 0 }
    let index = axis.map { ChannelIndex.axis($0) } ?? .uniform
    try requireRoom(signs, zeros, index)
    var recipe = numbers.asRecipe.scaled(by: signs, at: index)
    let moved = zip(signs, zeros).map { $1 * (1 - $0) }
    if moved.contains(where: { $0 != 0 }) { recipe = recipe.addingVector(moved, at: index) }
    return (
      Tensor(dataType: numbers.dataType, shape: numbers.shape, recipe: recipe), map, index
    )
  }

  /// A new constant in the place of an input of DequantizeLinear, with its claim.
  private func replaced(
    _ position: Int, _ tensor: Tensor, _ role: FoldClaim.Role, _ step: FoldClaim.Step,
    _ linear: NodeID, _ draft: inout FoldDraft
  ) throws(KeepReason) -> ValueID {
    let old = try visit.input(position)
    try visit.mayReplace(old)
    let prior = visit.session.claims[old]
    let source = prior?.source ?? old
    let new = draft.initializer("\(visit.session.model[source].name)_folded", tensor)
    draft.claim(
      FoldClaim(
        target: new, role: prior?.role ?? role, linearNode: linear, source: source,
        steps: (prior?.steps ?? []) + [step]))
    return new
  }

  /// The zero point as the input model has it: a fold only repeats it.
  private func originalZeroPoint() throws(KeepReason) -> ValueID? {
    guard let value = node.input(2) else { return nil }
    return visit.session.sourceOfWidened(value)
  }

  /// One zero point for each entry of the new scale.
  private func widened(
    _ tensor: Tensor, _ count: Int, _ draft: inout FoldDraft
  ) throws(KeepReason) -> ValueID {
    let value = try visit.input(2)
    guard tensor.dataType.bitWidth >= 8, let one = try? tensor.loadBytes(),
      let wide = Tensor(
        dataType: tensor.dataType, shape: .vector(count),
        bytes: (0..<count).flatMap { _ in one })
    else {
      throw .unsupportedForm(visit.blocker, "has a zero point that cannot be repeated")
    }
    let new = draft.initializer("\(visit.session.model[value].name)_folded", wide)
    draft.widen(value, to: new)
    return new
  }

  private func exact(_ tensor: Tensor?) throws(KeepReason) -> [Double] {
    guard let tensor else { return [] }
    do {
      return try tensor.doubles()
    } catch {
      throw .malformedOperator(visit.blocker, "its zero point cannot be read: \(error)")
    }
  }

  /// Refuses whole numbers that their type does not hold with the other sign.
  private func requireRoom(
    _ signs: [Double], _ zeros: [Double], _ index: ChannelIndex
  ) throws(KeepReason) {
    let range: ClosedRange<Double>
    switch numbers.dataType {
    case .int8: range = -128...127
    case .uint8: range = 0...255
    default:
      throw .unsupportedForm(
        visit.blocker, "holds \(numbers.dataType.name), whose signs are not changed")
    }
    let strides = numbers.shape.strides
    let (stride, extent) =
      index == .uniform
      ? (1, 1) : (strides[index.memberAxis], numbers.shape.dimensions[index.memberAxis])
    var misfit: Int?
    do {
      try numbers.forEachDoubles { piece, elements in
        guard misfit == nil else { return }
        for (offset, number) in piece.enumerated() {
          let entry = (elements.lowerBound + offset) / stride % extent
          let turned = zeros[entry] + signs[entry] * (number - zeros[entry])
          if !range.contains(turned) { misfit = entry }
        }
      }
    } catch {
      throw .malformedOperator(visit.blocker, "its numbers cannot be read: \(error)")
    }
    if let misfit {
      throw .doesNotFit(
        tensor: visit.session.model[try visit.input(0)].name, channel: misfit,
        loss: "a negative scale turns signs, and the type lacks a number's opposite")
    }
  }
}

extension Visit {
  /// Multiplies a weight that is stored quantized by an affine's scale.
  func scaleQuantized(
    _ place: WeightPlace, _ tensor: Tensor, by affine: AxisAffine, side: FoldClaim.Step.Side,
    draft: inout FoldDraft
  ) throws(KeepReason) {
    let value = try input(place.position)
    let rule = DequantizationRule().name
    for name in [rule, rule + (side == .output ? "-backward" : "-forward")]
    where session.options.disabledRules.contains(name) {
      throw .ruleOff(rule: name, blocker)
    }
    let weight = try QuantizedWeight(value, of: self)
    let meeting = try weight.meeting(affine, place.index, tensor.shape)
    let node = try weight.scaled(affine, meeting, side: side, linear: id, draft: &draft)
    guard draft.meet(weight.id) else { throw .pathsMeet(blocker) }
    draft.absorbed(by: rule, at: weight.id)
    draft.edit(weight.id, node)
    for value in weight.path { draft.rename(value, session) }
    guard let new = draft.renames[value] else { return }
    // What bias sums are about: the weight as the node reads it. No stored tensor has it, so that
    // the verifier never meets this claim.
    let prior = session.claims[value]
    let step = FoldClaim.Step(
      affine: affine.site.nodes, side: side, index: place.index, channelMap: affine.claimedMap,
      addsShift: affine.addsShift)
    draft.claim(
      FoldClaim(
        target: new, role: .weight, linearNode: id, source: prior?.source ?? value,
        steps: (prior?.steps ?? []) + [step]))
    let recipe = tensor.asRecipe.scaled(by: affine.scale, at: place.index)
    draft.dequantize(
      new, Tensor(dataType: tensor.dataType, shape: tensor.shape, recipe: recipe))
  }
}
