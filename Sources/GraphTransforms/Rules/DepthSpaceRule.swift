internal import ModelIR
internal import Operators

/// DepthToSpace in both modes, and SpaceToDepth: which channel moves where, for block size b.
///
///     deep channel (i·C + c) is shallow channel c      DCR, SpaceToDepth;  i < b²
///     deep channel (c·b² + i) is shallow channel c     CRD
struct DepthSpaceRule: PassingRule {
  let name = "depth-space"
  let summary = "passes DepthToSpace and SpaceToDepth"
  let operators = ["DepthToSpace", "SpaceToDepth"]

  func toInput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    try visit.node.opType == "DepthToSpace"
      ? deepened(affine, visit) : flattened(affine, visit)
  }

  func toOutput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    try visit.node.opType == "DepthToSpace"
      ? flattened(affine, visit) : deepened(affine, visit)
  }

  /// From the side with fewer channels to the one with more.
  private func deepened(
    _ affine: ChannelAffine, _ visit: Visit
  ) throws(KeepReason) -> ChannelAffine {
    try visit.require(affine, apartFrom: [2, 3])
    guard affine.layout.axes.contains(1) else { return affine }
    let (channels, _) = try channels(visit)
    guard let moved = affine.gathered(along: 1, channels) else { throw .otherAxis(visit.blocker) }
    return moved
  }

  /// From the side with more channels to the one with fewer.
  private func flattened(
    _ affine: ChannelAffine, _ visit: Visit
  ) throws(KeepReason) -> ChannelAffine {
    try visit.require(affine, apartFrom: [2, 3])
    guard affine.layout.axes.contains(1) else { return affine }
    let (channels, shallow) = try channels(visit)
    guard let moved = affine.scattered(along: 1, channels, extent: shallow) else {
      throw .unsupportedForm(visit.blocker, "mixes channels that differ")
    }
    return moved
  }

  /// For each channel of the deep side the one of the other.
  private func channels(_ visit: Visit) throws(KeepReason) -> ([Int], shallow: Int) {
    let splits = visit.node.opType == "DepthToSpace"
    let value = try splits ? visit.input(0) : visit.output()
    let dimensions = try visit.dimensions(of: value)
    guard dimensions.count == 4 else { throw .malformedOperator(visit.blocker, "not 4 axes") }
    let deep = try visit.channelExtent(dimensions, 1, of: value)
    let (block, mode) = try visit.attributes { () throws(AttributeError) in
      (try visit.node.int("blocksize", or: 0), try visit.node.text("mode") ?? "DCR")
    }
    let (area, overflow) = block.multipliedReportingOverflow(by: block)
    guard block > 0, !overflow, deep % area == 0, mode == "DCR" || splits && mode == "CRD" else {
      throw .malformedOperator(visit.blocker, "block size \(block), mode \(mode)")
    }
    let shallow = deep / area
    return ((0..<deep).map { mode == "CRD" ? $0 / area : $0 % shallow }, shallow)
  }
}
