internal import ModelIR
internal import Operators

/// Concat: along the channels each branch gets its part of the affine; along another axis each
/// branch gets all of it. A branch that is constant takes what it gets:
///
///     c′ = scale·c + shift
struct ConcatRule: OperatorRule {
  let name = "concat"
  let summary = "passes Concat, dealing the channels out to its branches and constants"
  let operators = ["Concat"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    let parts = try dealt(affine, visit)
    var node = visit.node
    var demands: [Demand] = []
    var takesPart = false
    for (position, part) in parts.enumerated() where !part.affine.layout.actsNowhere {
      if visit.isConstant(position) {
        try absorb(part.affine, at: position, visit, &node, &draft)
        takesPart = true
      } else {
        demands.append(part)
      }
    }
    guard takesPart else { return demands }
    draft.edit(visit.id, node)
    draft.absorbed(by: name, at: visit.id)
    return demands
  }

  /// What each branch gets of the affine at the result.
  private func dealt(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> [Demand] {
    let values = try values(visit)
    let layout = affine.layout
    guard !layout.axes.isEmpty else {
      return values.map { Demand(value: $0, affine: affine) }
    }
    let axis = try axis(visit)
    guard let place = layout.axes.firstIndex(of: axis) else {
      return values.map { Demand(value: $0, affine: affine) }
    }
    let inner = layout.extents[(place + 1)...].reduce(1, *)
    var start = 0
    var demands: [Demand] = []
    for value in values {
      let extent = try extent(of: value, axis, visit)
      guard extent <= layout.extents[place] - start else { throw .otherAxis(visit.blocker) }
      let range = start..<(start + extent)
      let part = layout.map.indices.filter { range.contains($0 / inner % layout.extents[place]) }
      var extents = layout.extents
      extents[place] = extent
      let reduced = ChannelLayout(
        reducing: part.map { layout.map[$0] }, over: layout.axes, extents: extents)
      demands.append(Demand(value: value, affine: affine.on(reduced)))
      start += extent
    }
    guard start == layout.extents[place] else { throw .otherAxis(visit.blocker) }
    return demands
  }

  /// Writes a branch that is constant anew.
  private func absorb(
    _ affine: ChannelAffine, at position: Int, _ visit: Visit, _ node: inout Node,
    _ draft: inout FoldDraft
  ) throws(KeepReason) {
    let tensor = try visit.weight(position)
    let axis = affine.layout.axes.first ?? 0
    guard tensor.shape.dimensions.indices.contains(axis) else {
      throw .otherAxis(visit.blocker)
    }
    let along = try visit.along(affine, axis: axis, extent: tensor.shape.dimensions[axis])
    let place = BiasPlace(
      position: position, tensor: tensor, dataType: tensor.dataType, shape: tensor.shape,
      index: .axis(axis))
    try visit.applyOutput(along, to: place, weight: nil, in: &node, draft: &draft)
  }

  func forward(
    _ affine: ChannelAffine, inputs: [Int], at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    let values = try values(visit)
    let axis = try axis(visit)
    var map: [Int] = []
    for (position, value) in values.enumerated() {
      let extent = try extent(of: value, axis, visit)
      guard extent <= ChannelLayout.largestMap - map.count else {
        throw .unsupportedForm(visit.blocker, "has too many channels")
      }
      if inputs.contains(position) {
        guard let own = affine.layout.along(axis: axis, extent: extent) else {
          throw .otherAxis(visit.blocker)
        }
        map += own
      } else {
        map += [Int](repeating: -1, count: extent)
      }
    }
    let layout = ChannelLayout(axis: axis, map: map)
    return [Demand(value: try visit.output(), affine: affine.on(layout))]
  }

  private func values(_ visit: Visit) throws(KeepReason) -> [ValueID] {
    let values = visit.node.inputs.compactMap { $0 }
    guard values.count == visit.node.inputs.count, !values.isEmpty else {
      throw .malformedOperator(visit.blocker, "an input is missing")
    }
    return values
  }

  private func axis(_ visit: Visit) throws(KeepReason) -> Int {
    let rank = try visit.commonRank()
    return try visit.attributes { () throws(AttributeError) in
      try ShapeAttributes.concatAxis(visit.node, rank: rank, opset: visit.opset)
    }
  }

  private func extent(
    of value: ValueID, _ axis: Int, _ visit: Visit
  ) throws(KeepReason) -> Int {
    try visit.channelExtent(try visit.dimensions(of: value), axis, of: value)
  }
}
