internal import ModelIR
internal import Operators

/// The operands of Add, Sub, Mul, Div or Sum under an affine at the result.
struct BroadcastOperands {
  /// The position of the one of two operands that is constant; nil where both vary, and for Sum.
  let constant: Int?
  /// The rank of the result; nil where the affine acts on everything alike and needs no rank.
  private let rank: Int?

  init(_ visit: Visit, _ layout: ChannelLayout) throws(KeepReason) {
    guard visit.node.inputs.count == 2 else {
      throw .malformedOperator(visit.blocker, "not two inputs")
    }
    let rule = try visit.attributes { () throws(AttributeError) in
      try BroadcastAttributes(visit.node, opset: visit.opset)
    }
    switch rule.rule {
    case .both, .none: break
    default: throw .unsupportedForm(visit.blocker, "broadcasts by the rules before opset 7")
    }
    constant = visit.isConstant(1) ? 1 : visit.isConstant(0) ? 0 : nil
    rank = layout.axes.isEmpty ? nil : try visit.rank(of: try visit.output())
  }

  /// The operands of a Sum, of which any may be constant.
  init(sum visit: Visit, _ layout: ChannelLayout) throws(KeepReason) {
    constant = nil
    rank = layout.axes.isEmpty ? nil : try visit.rank(of: try visit.output())
  }

  /// The affine as it acts on one operand, which must have the full extents along its axes.
  func demand(
    _ position: Int, _ affine: ChannelAffine, _ visit: Visit
  ) throws(KeepReason) -> Demand {
    let value = try visit.input(position)
    guard let rank else { return Demand(value: value, affine: affine) }
    let dimensions = try visit.dimensions(of: value)
    let lead = rank - dimensions.count
    guard let layout = affine.layout.renumbered({ $0 >= lead ? $0 - lead : nil }) else {
      throw .broadcastBranch(visit.blocker)
    }
    for (axis, extent) in zip(layout.axes, layout.extents) {
      guard let found = dimensions[axis].value else {
        throw .unknownShape(value: visit.session.model[value].name)
      }
      guard found == extent else { throw .broadcastBranch(visit.blocker) }
    }
    return Demand(value: value, affine: affine.on(layout))
  }

  /// The shape that the constant needs to hold the affine's channels, and where they are in it.
  func place(
    _ position: Int, _ tensor: Tensor, _ affine: ChannelAffine, _ visit: Visit
  ) throws(KeepReason) -> (shape: TensorShape, index: ChannelIndex, affine: AxisAffine) {
    var shape = tensor.shape.dimensions
    let axis: Int
    switch (affine.layout.axes.count, rank) {
    case (0, _):
      // A vector of one number broadcasts as a scalar does, but for other scalars.
      if shape.isEmpty {
        guard visit.session.rank(of: try visit.output()) != 0 else {
          throw .unsupportedForm(visit.blocker, "makes a number without axes")
        }
        shape = [1]
      }
      axis = shape.count - 1
    case (1, let rank?):
      let behind = rank - 1 - affine.layout.axes[0]
      while shape.count <= behind { shape.insert(1, at: 0) }
      axis = shape.count - 1 - behind
      let extent = affine.layout.extents[0]
      guard shape[axis] == 1 || shape[axis] == extent else { throw .otherAxis(visit.blocker) }
      shape[axis] = extent
    default:
      throw .otherAxis(visit.blocker)
    }
    guard let map = affine.layout.along(axis: affine.layout.axes.first ?? 0, extent: shape[axis]),
      let grown = TensorShape(shape)
    else { throw .otherAxis(visit.blocker) }
    let along = AxisAffine(site: affine.site, map: map, addsShift: affine.addsShift)
    return (grown, .axis(axis), along)
  }
}

extension Visit {
  /// Says that this node stands for what it stood for and then the affine, where channel c of the
  /// one is channel c of the other; else for nothing that a claim could state.
  func merge(_ affine: AxisAffine, into draft: inout FoldDraft) {
    let composes = affine.site.scale.count == 1 || affine.claimedMap == nil
    guard composes else { return draft.merge(id, []) }
    let own = session.originals(of: id)
    let isWhole = affine.addsShift || affine.site.shift.allSatisfy { $0 == 0 }
    if isWhole, !own.isEmpty, !affine.site.nodes.isEmpty {
      return draft.merge(id, own + affine.site.nodes)
    }
    func parts(_ nodes: [NodeID], _ parts: [SiteAffine.Part]) -> [SiteAffine.Part] {
      nodes.isEmpty ? parts : [.init(nodes: nodes, addsShift: true)]
    }
    let (before, after) = (
      parts(own, session.parts(of: id)), parts(affine.site.nodes, affine.site.parts)
    )
    guard !before.isEmpty, !after.isEmpty else { return draft.merge(id, []) }
    draft.merge(
      id, [],
      parts: before
        + after.map { .init(nodes: $0.nodes, addsShift: $0.addsShift && affine.addsShift) })
  }
}
