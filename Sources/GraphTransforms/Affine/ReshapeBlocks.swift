internal import ModelIR

/// Which axes of one shape hold the same elements as which axes of another in row-major order.
///
/// Extents are matched from the right, then from the left, in the smallest blocks of equal
/// products; what lies between, because an extent is unknown, belongs to no block.
struct ReshapeBlocks {
  /// Axes of the one shape and of the other that make up the same index.
  struct Block {
    var from: Range<Int>
    var to: Range<Int>
  }

  private(set) var blocks: [Block] = []
  private let from: [Dimension]
  private let to: [Dimension]

  init(_ from: [Dimension], _ to: [Dimension]) {
    self.from = from
    self.to = to
    var (i, j) = (from.count, to.count)
    while let block = matchRight(i, j) {
      blocks.insert(block, at: 0)
      (i, j) = (block.from.lowerBound, block.to.lowerBound)
    }
    let right = blocks
    var left: [Block] = []
    var (k, l) = (0, 0)
    while let block = matchLeft(k, l, i, j) {
      left.append(block)
      (k, l) = (block.from.upperBound, block.to.upperBound)
    }
    blocks = left + right
  }

  private func matchRight(_ i: Int, _ j: Int) -> Block? {
    guard i > 0, j > 0 else { return nil }
    if from[i - 1] == to[j - 1], from[i - 1] != .unknown {
      return Block(from: (i - 1)..<i, to: (j - 1)..<j)
    }
    return match(
      from[..<i].reversed().map(\.value), to[..<j].reversed().map(\.value)
    ).map { Block(from: (i - $0)..<i, to: (j - $1)..<j) }
  }

  private func matchLeft(_ k: Int, _ l: Int, _ i: Int, _ j: Int) -> Block? {
    guard k < i, l < j else { return nil }
    if from[k] == to[l], from[k] != .unknown { return Block(from: k..<(k + 1), to: l..<(l + 1)) }
    return match(from[k..<i].map(\.value), to[l..<j].map(\.value)).map {
      Block(from: k..<(k + $0), to: l..<(l + $1))
    }
  }

  /// How many extents of each list it takes until the products are equal.
  private func match(_ a: [Int?], _ b: [Int?]) -> (Int, Int)? {
    guard var x = a.first ?? nil, var y = b.first ?? nil, x > 0, y > 0 else { return nil }
    var (m, n) = (1, 1)
    while x != y {
      if x < y {
        guard m < a.count, let next = a[m], next > 0, next <= Int.max / x else { return nil }
        x *= next
        m += 1
      } else {
        guard n < b.count, let next = b[n], next > 0, next <= Int.max / y else { return nil }
        y *= next
        n += 1
      }
    }
    return (m, n)
  }

  /// A layout on the `from` shape as it stands on the `to` shape; nil where an axis of it lies in
  /// no block.
  func moved(_ layout: ChannelLayout) -> ChannelLayout? {
    guard !layout.axes.isEmpty else { return layout }
    let touched = blocks.filter { block in layout.axes.contains { block.from.contains($0) } }
    guard layout.axes.allSatisfy({ axis in touched.contains { $0.from.contains(axis) } }) else {
      return nil
    }
    let (source, target) = (touched.flatMap(\.from), touched.flatMap(\.to))
    let sourceExtents = source.compactMap { from[$0].value }
    let targetExtents = target.compactMap { to[$0].value }
    guard sourceExtents.count == source.count, targetExtents.count == target.count,
      let map = layout.expanded(over: source, extents: sourceExtents)
    else { return nil }
    return ChannelLayout(reducing: map, over: target, extents: targetExtents)
  }
}
