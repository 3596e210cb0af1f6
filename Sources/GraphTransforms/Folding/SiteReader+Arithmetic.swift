internal import ModelIR
internal import Operators

extension SiteReader {
  /// The affine of Neg, or of Mul, Div, Add or Sub by a constant; nil where it is none: no operand
  /// or both are constant, the constant differs along more than one axis, or enlarges the result.
  ///
  ///     x·c: scale c    x/c: scale 1/c    x+c: shift c    x−c: shift −c    c−x: scale −1, shift c
  ///     −x: scale −1
  ///
  /// Axes are decided by right-aligned broadcasting with known ranks.
  func arithmetic(_ id: NodeID) throws(KeepReason) -> AffineSite? {
    let node = session.model[id]
    if node.opType == "Neg" { return negation(id) }
    guard let (site, constant, constantFirst) = try operands(id) else { return nil }
    if node.opType == "Div", constantFirst { return nil }
    guard let layout = layout(of: constant.shape, in: node, site.input, constantFirst) else {
      return nil
    }
    let numbers = try exact(constant)
    var affine = SiteAffine(
      nodes: session.originals(of: id), parts: session.parts(of: id), scale: [], shift: [],
      shiftMagnitude: [], roundoff: constant.dataType.unitRoundoff ?? 0)
    for (channel, c) in numbers.enumerated() {
      let (scale, shift): (Double, Double)
      switch node.opType {
      case "Mul": (scale, shift) = (c, 0)
      case "Div": (scale, shift) = (1 / c, 0)
      case "Add": (scale, shift) = (1, c)
      default: (scale, shift) = constantFirst ? (-1, c) : (1, -c)
      }
      guard scale.isFinite, shift.isFinite else { throw .notFinite(channel: channel) }
      affine.scale.append(scale)
      affine.shift.append(shift)
      affine.shiftMagnitude.append(abs(shift))
    }
    return AffineSite(
      node: id, input: site.input, output: site.output,
      affine: ChannelAffine(site: affine, layout: layout))
  }

  /// One scale of −1 for every element.
  ///
  /// A sign is exact, so that nothing is added to the rounding.
  private func negation(_ id: NodeID) -> AffineSite? {
    let node = session.model[id]
    guard let input = node.input(0), let output = node.output(0) else { return nil }
    let affine = SiteAffine(
      nodes: session.originals(of: id), scale: [-1], shift: [0], shiftMagnitude: [0], roundoff: 0)
    return AffineSite(
      node: id, input: input, output: output,
      affine: ChannelAffine(site: affine, layout: .uniform))
  }

  /// The varying operand with the result, and the constant operand.
  private func operands(
    _ id: NodeID
  ) throws(KeepReason) -> (site: (input: ValueID, output: ValueID), Tensor, first: Bool)? {
    let node = session.model[id]
    guard let first = node.input(0), let second = node.input(1), let output = node.output(0) else {
      return nil
    }
    let (a, b) = (session.constancy(of: first), session.constancy(of: second))
    switch (a, b) {
    case (.constant(let tensor), .variable) where tensor.dataType.isFoldableFloat:
      return ((second, output), tensor, true)
    case (.variable, .constant(let tensor)) where tensor.dataType.isFoldableFloat:
      return ((first, output), tensor, false)
    default:
      return nil
    }
  }

  /// Where a constant acts on the other operand; nil where it is no affine per channel of it.
  private func layout(
    of shape: TensorShape, in node: Node, _ input: ValueID, _ constantFirst: Bool
  ) -> ChannelLayout? {
    guard shape.elementCount > 0 else { return nil }
    guard shape.elementCount > 1 || shape.rank > 0 else { return .uniform }
    guard let dimensions = session.dimensions(of: input) else { return nil }
    var extents = shape.dimensions
    let rule = try? BroadcastAttributes(node, opset: session.opset(of: node))
    guard let rule else { return nil }
    if rule.rule != .both {
      // Before opset 7 only the second operand was broadcast.
      guard !constantFirst,
        let aligned = rule.aligned(second: extents, firstRank: dimensions.count)
      else { return nil }
      extents = aligned
    }
    guard extents.count <= dimensions.count else { return nil }
    let lead = dimensions.count - extents.count
    let acting = extents.indices.filter { extents[$0] > 1 }
    guard acting.count <= 1 else { return nil }
    guard let axis = acting.first else { return .uniform }
    guard dimensions[lead + axis].value == extents[axis] else { return nil }
    return ChannelLayout(axis: lead + axis, map: Array(0..<extents[axis]))
  }
}
