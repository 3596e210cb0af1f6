internal import ModelIR
internal import Operators

/// MatMul of two values that are both computed: linear in each of them.
///
/// Scales of rows belong to the left operand, scales of columns to the right, those of the matrices
/// of a stack to either. A shift along the columns passes where the left operand's rows sum to 1,
/// as Softmax makes them (attention): P·(V·a + 1·tᵀ) = (P·V)·a + 1·tᵀ; one along the rows where
/// the right operand's columns do.
struct ComputedProduct {
  private let visit: Visit
  private let values: [ValueID]
  private let ranks: [Int]
  /// The result's rank.
  private let rank: Int

  /// Nil where an operand is constant.
  init?(_ visit: Visit) throws(KeepReason) {
    guard visit.node.inputs.count == 2, !visit.isConstant(0), !visit.isConstant(1) else {
      return nil
    }
    self.visit = visit
    values = [try visit.input(0), try visit.input(1)]
    ranks = [try visit.rank(of: values[0]), try visit.rank(of: values[1])]
    rank = try visit.rank(of: try visit.output())
    guard ranks.allSatisfy({ $0 >= 2 }), rank == max(ranks[0], ranks[1]) else {
      throw .unsupportedForm(visit.blocker, "has an operand of rank 1")
    }
  }

  /// Where an affine at the result goes on.
  func backward(_ affine: ChannelAffine) throws(KeepReason) -> Demand {
    let axes = affine.layout.axes
    // Rows are the left operand's, columns the right one's.
    let positions = axes.contains(rank - 2) ? [0] : axes.contains(rank - 1) ? [1] : [1, 0]
    var reason: KeepReason?
    for position in positions {
      do throws(KeepReason) {
        return try demand(affine, of: position)
      } catch {
        reason = reason ?? error
      }
    }
    throw reason ?? .otherAxis(visit.blocker)
  }

  /// Where an affine at one operand goes on.
  func forward(_ affine: ChannelAffine, from position: Int) throws(KeepReason) -> Demand {
    try visit.require(affine, apartFrom: [contracted(position)])
    let lead = rank - ranks[position]
    let moved = try visit.renumbered(affine) { $0 + lead }
    return Demand(value: try visit.output(), affine: try shifted(moved, position))
  }

  // MARK: Parts

  private func demand(
    _ affine: ChannelAffine, of position: Int
  ) throws(KeepReason) -> Demand {
    let lead = rank - ranks[position]
    let moved = try visit.renumbered(affine) { $0 >= lead ? $0 - lead : nil }
    try visit.require(moved, apartFrom: [contracted(position)])
    let dimensions = try visit.dimensions(of: values[position])
    for (axis, extent) in zip(moved.layout.axes, moved.layout.extents) {
      guard dimensions[axis].value == extent else { throw .broadcastBranch(visit.blocker) }
    }
    return Demand(value: values[position], affine: try shifted(moved, position))
  }

  /// The axis of an operand that is summed over.
  private func contracted(_ position: Int) -> Int {
    position == 0 ? ranks[0] - 1 : ranks[1] - 2
  }

  /// The whole affine where the other operand lets shifts pass, else its scale.
  private func shifted(
    _ affine: ChannelAffine, _ position: Int
  ) throws(KeepReason) -> ChannelAffine {
    if affine.shiftCountsAsZero { return affine.scaleOnly }
    guard try sumsToOne(1 - position) else { throw .shiftDoesNotPass(visit.blocker) }
    return affine
  }

  /// Whether an operand is a Softmax along the axis that is summed over.
  private func sumsToOne(_ position: Int) throws(KeepReason) -> Bool {
    let session = visit.session
    guard let maker = session.model.producer(of: values[position]), session.model.contains(maker)
    else { return false }
    let softmax = Visit(maker, session)
    guard softmax.node.isStandard("Softmax"), softmax.node.output(0) == values[position] else {
      return false
    }
    let rank = ranks[position]
    let along = try softmax.attributes { () throws(AttributeError) in
      try ShapeAttributes.softmaxAxis(softmax.node, rank: rank, opset: softmax.opset)
    }
    // Flattened, it sums over all axes from its own on.
    return along.axis == contracted(position) && (!along.flattens || along.axis == rank - 1)
  }
}
