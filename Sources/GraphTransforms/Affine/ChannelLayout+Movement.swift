extension ChannelLayout {
  /// Elements of a map that are worth following; above it a reshape blocks.
  static let largestMap = 1 << 22

  /// The map over more axes than decide: one entry for each index over `wide` (which holds every
  /// axis of the layout) in row-major order.
  func expanded(over wide: [Int], extents wideExtents: [Int]) -> [Int]? {
    let (count, strides) = Self.strides(wideExtents)
    guard count <= Self.largestMap else { return nil }
    let (_, own) = Self.strides(extents)
    // For each axis of `wide`, how far one step along it moves in this layout's map.
    var steps = [Int](repeating: 0, count: wide.count)
    for (position, axis) in axes.enumerated() {
      guard let place = wide.firstIndex(of: axis), wideExtents[place] == extents[position] else {
        return nil
      }
      steps[place] = own[position]
    }
    return (0..<count).map { element in
      var index = 0
      for place in wide.indices where steps[place] != 0 {
        index += element / strides[place] % wideExtents[place] * steps[place]
      }
      return map[index]
    }
  }

  /// The layout of a map over `wide` axes, with only those axes that decide.
  init(reducing map: [Int], over wide: [Int], extents wideExtents: [Int]) {
    var axes = wide
    var extents = wideExtents
    var map = map
    for axis in wide {
      guard let place = axes.firstIndex(of: axis) else { continue }
      let inner = extents[(place + 1)...].reduce(1, *)
      let block = extents[place] * inner
      let decides = map.indices.contains { map[$0] != map[$0 / block * block + $0 % inner] }
      guard !decides else { continue }
      map = map.indices.filter { $0 % block < inner }.map { map[$0] }
      axes.remove(at: place)
      extents.remove(at: place)
    }
    self.init(axes: axes, extents: extents, map: map)
  }

  /// Row-major strides, and the number of elements.
  private static func strides(_ extents: [Int]) -> (count: Int, strides: [Int]) {
    var strides = [Int](repeating: 1, count: extents.count)
    var count = 1
    for position in extents.indices.reversed() {
      strides[position] = count
      let (product, overflow) = count.multipliedReportingOverflow(by: extents[position])
      count = overflow ? Int.max : product
    }
    return (count, strides)
  }
}
