/// Numbers of blocks as text: `0-3,7`.
enum BlockList {
  /// Runs of neighbours, in order.
  static func text(_ blocks: [Int]) -> String {
    var runs: [(first: Int, last: Int)] = []
    for block in blocks {
      if let last = runs.last, last.last + 1 == block {
        runs[runs.count - 1].last = block
      } else {
        runs.append((block, block))
      }
    }
    return runs.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }
      .joined(separator: ",")
  }

  /// Reads them; nil for anything but rising numbers below `limit`, of which there are `count`.
  static func blocks(_ text: String, below limit: Int, count: Int) -> [Int]? {
    var result: [Int] = []
    for run in text.split(separator: ",", omittingEmptySubsequences: !text.contains(",")) {
      let ends = run.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first >= 0, first <= last, last < limit, result.last.map({ $0 < first }) ?? true,
        last - first < count - result.count
      else { return nil }
      result += first...last
    }
    return result.count == count ? result : nil
  }
}
