internal import ModelIR

/// MatMul with a constant on either side; one of two computed values passes what it can
/// (`ComputedProduct`).
///
/// The axis of the affine, counted from the right, is an axis of the constant that is not summed
/// over: the columns of W in x·W, the rows of W in W·x, or a batch axis of a W of higher rank.
///
/// A shift needs a place: the constant of an Add that follows, Gemm's C where everything has rank
/// 2, else a new Add (whose node the site's own removal pays for).
struct MatMulRule: OperatorRule {
  let name = "matmul"
  let summary = "scales a MatMul's constant, its shift makes a Gemm or an Add; passes attention"
  let operators = ["MatMul"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    if let product = try ComputedProduct(visit) { return [try product.backward(affine)] }
    let parts = try Parts(visit)
    let rank = try visit.rank(of: try visit.output())
    let last = parts.tensor.shape.rank - 1
    let axis = affine.layout.axes.first ?? (parts.isRight ? rank - 1 : rank - 2)
    let weightAxis = axis - (rank - parts.tensor.shape.rank)
    guard weightAxis >= 0, weightAxis != (parts.isRight ? last - 1 : last) else {
      throw .otherAxis(visit.blocker)
    }
    let extent = parts.tensor.shape.dimensions[weightAxis]
    let along = try visit.along(affine, axis: axis, extent: extent)
    let place = WeightPlace(
      position: parts.position, index: .axis(weightAxis), output: .axis(weightAxis))
    var node = visit.node
    if !along.shiftsNothing {
      let bias = try parts.bias(axis: axis, rank: rank, extent: extent)
      var holder = node
      try visit.applyOutput(along, to: bias, weight: place, in: &holder, draft: &draft)
      try settle(holder, parts, rank, &node, visit, &draft)
    }
    try visit.scale(place, parts.tensor, by: along, side: .output, in: &node, draft: &draft)
    draft.edit(visit.id, node)
    return []
  }

  func forward(
    _ affine: ChannelAffine, inputs: [Int], at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    if let product = try ComputedProduct(visit) {
      guard inputs.count == 1 else { throw .notLinear(visit.blocker) }
      return [try product.forward(affine, from: inputs[0])]
    }
    let parts = try Parts(visit)
    guard inputs == [1 - parts.position] else { throw .notLinear(visit.blocker) }
    let value = try visit.input(1 - parts.position)
    let inputRank = try visit.rank(of: value)
    let last = parts.tensor.shape.rank - 1
    let (inner, outer) = parts.isRight ? (last - 1, last) : (last, last - 1)
    let along = try visit.along(
      affine, axis: parts.isRight ? inputRank - 1 : inputRank - 2,
      extent: parts.tensor.shape.dimensions[inner])
    let place = WeightPlace(
      position: parts.position, index: .axis(inner), output: .axis(outer))
    var node = visit.node
    guard !along.shiftsNothing else {
      try visit.absorbInput(
        along, weight: place, parts.tensor, bias: nil, in: &node, draft: &draft)
      draft.edit(visit.id, node)
      return []
    }
    guard last == 1 else {
      throw .unsupportedForm(visit.blocker, "has a constant of rank \(last + 1)")
    }
    let rank = try visit.rank(of: try visit.output())
    let axis = parts.isRight ? rank - 1 : rank - 2
    let bias = try parts.bias(
      axis: axis, rank: rank, extent: parts.tensor.shape.dimensions[outer])
    if var follower = try FollowingAdd(visit, bias, axis: axis, rank: rank) {
      guard draft.meet(follower.id) else { throw .pathsMeet(visit.blocker) }
      var scaled = node
      try visit.absorbInput(
        along, weight: place, parts.tensor, sumsInto: follower.place,
        of: &follower.node, in: &scaled, draft: &draft)
      draft.edit(follower.id, follower.node)
      draft.edit(visit.id, scaled)
      // What it makes lacks the shift until the Add, and is no value of the input model.
      draft.rename(try visit.output(), visit.session)
      return []
    }
    var holder = node
    var scaled = node
    try visit.absorbInput(
      along, weight: place, parts.tensor, sumsInto: bias, of: &holder, in: &scaled,
      draft: &draft)
    node = scaled
    try settle(holder, parts, rank, &node, visit, &draft)
    if node.opType == "Gemm" { node.inputs[parts.position] = scaled.inputs[parts.position] }
    draft.edit(visit.id, node)
    return []
  }

  /// Finds a place for a new bias, which `holder` has as its third input.
  private func settle(
    _ holder: Node, _ parts: Parts, _ rank: Int, _ node: inout Node, _ visit: Visit,
    _ draft: inout FoldDraft
  ) throws(KeepReason) {
    guard let bias = holder.input(2) else { return }
    if rank == 2, parts.tensor.shape.rank == 2 {
      node.opType = "Gemm"
      node.inputs = [node.inputs[0], node.inputs[1], bias]
      if visit.opset < 7 { node.setAttribute("broadcast", .int(1)) }
      return
    }
    draft.append(addOf: bias, to: try visit.output(), after: visit.id)
  }

  /// The constant operand of one MatMul.
  struct Parts {
    let tensor: Tensor
    /// Its position among the inputs.
    let position: Int
    var isRight: Bool { position == 1 }

    init(_ visit: Visit) throws(KeepReason) {
      position = visit.isConstant(1) ? 1 : visit.isConstant(0) ? 0 : 1
      tensor = try visit.linearWeight(position)
      let other = try visit.rank(of: try visit.input(1 - position))
      guard tensor.shape.rank >= 2, other >= 2, tensor.shape.elementCount > 0 else {
        throw .unsupportedForm(visit.blocker, "has an operand of rank 1")
      }
    }

    /// A vector along `axis` of a result of `rank`, as right alignment wants it.
    func bias(axis: Int, rank: Int, extent: Int) throws(KeepReason) -> BiasPlace {
      let dimensions = [extent] + [Int](repeating: 1, count: max(0, rank - 1 - axis))
      return BiasPlace(
        position: 2, tensor: nil, dataType: tensor.dataType,
        shape: TensorShape(dimensions) ?? .vector(extent), index: .axis(0))
    }
  }
}
