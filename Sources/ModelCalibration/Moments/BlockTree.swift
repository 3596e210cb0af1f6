/// Joins what is known of consecutive blocks by a binary tree that depends on their number alone.
///
/// Block i is the i-th leaf. Neighbours are joined in pairs, pairs in pairs and so on; what is left
/// over at the end is joined from the right. So the result has the same bits whoever made the
/// blocks, however many processes did, and whenever they were done. Memory: one element for each
/// level.
public struct BlockTree<Element> {
  private var pending: [(level: Int, element: Element)] = []
  private let join: (inout Element, Element) throws -> Void

  /// An empty tree; `join` adds an element to the one that stands before it.
  public init(joining join: @escaping (inout Element, Element) throws -> Void) {
    self.join = join
  }

  /// Adds the next block.
  public mutating func append(_ element: Element) throws {
    var (level, element) = (0, element)
    while let last = pending.last, last.level == level {
      pending.removeLast()
      var joined = last.element
      try join(&joined, element)
      (level, element) = (level + 1, joined)
    }
    pending.append((level, element))
  }

  /// All blocks together; nil where there are none.
  public func result() throws -> Element? {
    guard var result = pending.last?.element else { return nil }
    for (_, element) in pending.dropLast().reversed() {
      var joined = element
      try join(&joined, result)
      result = joined
    }
    return result
  }
}
