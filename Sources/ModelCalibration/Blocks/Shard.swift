/// One of several processes that share work out among themselves: number `index` of `count`.
public struct Shard: Sendable, Hashable, CustomStringConvertible {
  /// From 1 to `count`.
  public let index: Int
  /// How many there are.
  public let count: Int
  /// More than anybody has processors.
  public static let most = 1_000_000

  /// The only one.
  public static let whole = Shard()

  private init() { (index, count) = (1, 1) }

  /// A shard; nil where there is no such one.
  public init?(_ index: Int, of count: Int) {
    guard (1...Self.most).contains(count), (1...count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// Reads `2/7`.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]) else { return nil }
    self.init(index, of: count)
  }

  /// `2/7`.
  public var description: String { "\(index)/\(count)" }

  /// This one's part of `total` things in a row.
  public func part(of total: Int) -> Range<Int> {
    let (share, rest) = total.quotientAndRemainder(dividingBy: count)
    let start = (index - 1) * share + min(index - 1, rest)
    return start..<(start + share + (index <= rest ? 1 : 0))
  }
}
