extension ChannelLayout {
  /// The layout of a value whose index j along `axis` holds what this one's holds at
  /// `selection[j]`; an index below 0 holds nothing on which the affine acts.
  func gathered(along axis: Int, _ selection: [Int]) -> ChannelLayout? {
    guard let place = axes.firstIndex(of: axis) else {
      guard selection.contains(where: { $0 < 0 }) else { return self }
      guard axes.isEmpty else { return nil }
      return ChannelLayout(axis: axis, map: selection.map { $0 < 0 ? -1 : map[0] })
    }
    let inner = extents[(place + 1)...].reduce(1, *)
    let outer = extents[..<place].reduce(1, *)
    guard selection.allSatisfy({ $0 < extents[place] }),
      outer * selection.count * inner <= Self.largestMap
    else { return nil }
    var result: [Int] = []
    result.reserveCapacity(outer * selection.count * inner)
    for block in 0..<outer {
      for index in selection {
        let start = (block * extents[place] + index) * inner
        for offset in 0..<inner { result.append(index < 0 ? -1 : map[start + offset]) }
      }
    }
    var wide = extents
    wide[place] = selection.count
    return ChannelLayout(reducing: result, over: axes, extents: wide)
  }

  /// The layout of a value of `extent` along `axis` whose index `selection[j]` must be what this
  /// one's is at j.
  ///
  /// Indices that no j selects get nothing. Nil where two j that select one index differ by `same`.
  func scattered(
    along axis: Int, _ selection: [Int], extent: Int, same: (Int, Int) -> Bool
  ) -> ChannelLayout? {
    var inverse = [Int](repeating: -1, count: extent)
    for (position, index) in selection.enumerated() {
      guard inverse.indices.contains(index) else { return nil }
      if inverse[index] >= 0 {
        guard agree(along: axis, inverse[index], position, same) else { return nil }
      } else {
        inverse[index] = position
      }
    }
    return gathered(along: axis, inverse)
  }

  /// Whether the channels at two indices of an axis are the same.
  private func agree(
    along axis: Int, _ first: Int, _ second: Int, _ same: (Int, Int) -> Bool
  ) -> Bool {
    guard let place = axes.firstIndex(of: axis) else { return true }
    let inner = extents[(place + 1)...].reduce(1, *)
    return map.indices.allSatisfy { element in
      guard element / inner % extents[place] == first else { return true }
      let (a, b) = (map[element], map[element + (second - first) * inner])
      return a == b || a >= 0 && b >= 0 && same(a, b)
    }
  }
}

extension ChannelAffine {
  /// The affine on another value: see `ChannelLayout.gathered`.
  func gathered(along axis: Int, _ selection: [Int]) -> ChannelAffine? {
    layout.gathered(along: axis, selection).map { on($0) }
  }

  /// The affine on another value: see `ChannelLayout.scattered`.
  func scattered(along axis: Int, _ selection: [Int], extent: Int) -> ChannelAffine? {
    layout.scattered(along: axis, selection, extent: extent) { a, b in
      site.scale[a] == site.scale[b] && site.shift[a] == site.shift[b]
    }.map { on($0) }
  }
}
