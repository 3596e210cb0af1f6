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
    if let moved = affine.scattered(along: 1, channels, extent: shallow) { return moved }
    guard let spread = try spread(affine, channels, shallow, visit) else {
      throw .unsupportedForm(visit.blocker, "mixes channels that differ")
    }
    return spread
  }

  /// Where channels that differ come to lie beside each other in one: by row and column too.
  ///
  ///     shallow (c, y, x) is deep channel d(c, (y mod b)·b + x mod b) at (⌊y/b⌋, ⌊x/b⌋)
  private func spread(
    _ affine: ChannelAffine, _ channels: [Int], _ shallow: Int, _ visit: Visit
  ) throws(KeepReason) -> ChannelAffine? {
    let value =
      try visit.node.opType == "DepthToSpace" ? visit.output() : visit.input(0)
    let dimensions = try visit.dimensions(of: value)
    let area = channels.count / shallow
    let block = Int(Double(area).squareRoot())
    guard dimensions.count == 4, let rows = dimensions[2].value, let columns = dimensions[3].value,
      rows > 0, columns > 0, rows % block == 0, columns % block == 0,
      affine.layout.axes == [1]
    else { return nil }
    let (elements, overflow) = (shallow * rows).multipliedReportingOverflow(by: columns)
    guard !overflow, elements <= ChannelLayout.largestMap else { return nil }
    var seen = [Int](repeating: 0, count: shallow)
    var deep = [[Int]](repeating: [], count: shallow)
    for (channel, target) in channels.enumerated() {
      deep[target].append(channel)
      seen[target] += 1
    }
    guard seen.allSatisfy({ $0 == area }) else { return nil }
    var map: [Int] = []
    map.reserveCapacity(elements)
    for c in 0..<shallow {
      for y in 0..<rows {
        for x in 0..<columns {
          map.append(affine.layout.map[deep[c][y % block * block + x % block]])
        }
      }
    }
    return affine.on(
      ChannelLayout(reducing: map, over: [1, 2, 3], extents: [shallow, rows, columns]))
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
