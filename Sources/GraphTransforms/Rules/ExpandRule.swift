internal import ModelIR

/// Expand repeats along axes that do not decide the channel.
struct ExpandRule: PassingRule {
  let name = "expand"
  let summary = "passes Expand along other axes than the channels'"
  let operators = ["Expand"]

  func toInput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    guard !affine.layout.axes.isEmpty else { return affine }
    let (from, to) = try extents(visit)
    let lead = to.count - from.count
    let moved = try visit.renumbered(affine) { $0 >= lead ? $0 - lead : nil }
    try check(moved, from, to, lead, visit)
    return moved
  }

  func toOutput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    guard !affine.layout.axes.isEmpty else { return affine }
    let (from, to) = try extents(visit)
    let lead = to.count - from.count
    try check(affine, from, to, lead, visit)
    return try visit.renumbered(affine) { $0 + lead }
  }

  private func extents(_ visit: Visit) throws(KeepReason) -> ([Dimension], [Dimension]) {
    (try visit.dimensions(of: try visit.input(0)), try visit.dimensions(of: try visit.output()))
  }

  private func check(
    _ affine: ChannelAffine, _ from: [Dimension], _ to: [Dimension], _ lead: Int, _ visit: Visit
  ) throws(KeepReason) {
    for axis in affine.layout.axes {
      guard axis < from.count, lead >= 0, from[axis].value != nil, from[axis] == to[axis + lead]
      else { throw .otherAxis(visit.blocker) }
    }
  }
}
