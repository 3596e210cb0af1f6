internal import ModelIR
internal import Operators

/// Concat: along the channels each branch gets its part of the affine; along another axis each
/// branch gets all of it.
struct ConcatRule: OperatorRule {
  let name = "concat"
  let summary = "passes Concat, dealing the channels out to its branches"
  let operators = ["Concat"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    let values = try values(visit)
    guard !affine.layout.axes.isEmpty else {
      return values.map { Demand(value: $0, affine: affine) }
    }
    let axis = try axis(visit)
    guard let place = affine.layout.axes.firstIndex(of: axis) else {
      return values.map { Demand(value: $0, affine: affine) }
    }
    let layout = affine.layout
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
