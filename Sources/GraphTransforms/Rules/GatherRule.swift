internal import ModelIR
internal import Operators

/// Gather of constant indices: along the channels it selects them; along other axes it renumbers.
struct GatherRule: PassingRule {
  let name = "gather"
  let summary = "passes Gather of constant indices"
  let operators = ["Gather"]

  func toInput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    let take = try Selection(visit)
    let rank = take.rank
    guard let selection = take.selection else {
      // A single index takes the axis away.
      return try visit.renumbered(affine) { $0 < take.axis ? $0 : $0 + 1 < rank ? $0 + 1 : nil }
    }
    guard let moved = affine.scattered(along: take.axis, selection, extent: take.extent) else {
      throw .otherAxis(visit.blocker)
    }
    return moved
  }

  func toOutput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    let take = try Selection(visit)
    guard let selection = take.selection else {
      return try visit.renumbered(affine) {
        $0 == take.axis ? nil : $0 < take.axis ? $0 : $0 - 1
      }
    }
    guard let moved = affine.gathered(along: take.axis, selection) else {
      throw .otherAxis(visit.blocker)
    }
    return moved
  }

  /// What one Gather takes.
  private struct Selection {
    let rank: Int
    let axis: Int
    let extent: Int
    /// Nil for one index without an axis of its own.
    let selection: [Int]?

    init(_ visit: Visit) throws(KeepReason) {
      let value = try visit.input(0)
      let dimensions = try visit.dimensions(of: value)
      rank = dimensions.count
      axis = try visit.attributes { () throws(AttributeError) in
        try ShapeAttributes.axis(visit.node, or: 0, rank: dimensions.count)
      }
      extent = try visit.channelExtent(dimensions, axis, of: value)
      let indices = try visit.input(1)
      let given = try visit.rank(of: indices)
      guard given <= 1, let numbers = try visit.integers(1) else {
        throw .unsupportedForm(visit.blocker, "has indices of rank \(given)")
      }
      let count = extent
      let resolved = numbers.map { $0 < 0 ? $0 &+ count : $0 }
      guard resolved.allSatisfy({ $0 >= 0 && $0 < count }), !resolved.isEmpty else {
        throw .malformedOperator(visit.blocker, "indices outside the axis")
      }
      selection = given == 0 ? nil : resolved
    }
  }
}
