public import ModelIR

/// How the second input of a two-input arithmetic operator meets the first.
///
/// From opset 7 on by right alignment, both ways. Before, only the second was broadcast, and only
/// with broadcast = 1: by right alignment, or from `axis` of the first on.
public struct BroadcastAttributes: Sendable, Hashable {
  /// The rule that holds.
  public enum Rule: Sendable, Hashable {
    /// NumPy's: right alignment, both ways.
    case both
    /// Shapes must be equal.
    case none
    /// The second is broadcast to the first by right alignment.
    case second
    /// The second's first axis is this axis of the first (counted from the end when negative).
    case secondAt(axis: Int)
  }

  /// The rule that holds.
  public var rule: Rule

  /// Reads the attributes of Add, Sub, Mul, Div, Pow, PRelu, And, Greater, … in an opset.
  public init(_ node: Node, opset: Int) throws(AttributeError) {
    if opset >= 7 {
      rule = .both
    } else if try !node.flag("broadcast") {
      rule = .none
    } else if let axis = try node.int("axis") {
      rule = .secondAt(axis: axis)
    } else {
      rule = .second
    }
  }

  /// The second input's extents as right alignment needs them; nil where they do not fit.
  ///
  /// Ones stand behind the axis at which an old opset put it.
  public func aligned(second: [Int], firstRank: Int) -> [Int]? {
    guard case .secondAt(let stated) = rule, !second.isEmpty else { return second }
    guard let axis = Axes.resolve(stated, rank: firstRank), axis + second.count <= firstRank
    else { return nil }
    return second + [Int](repeating: 1, count: firstRank - axis - second.count)
  }

  /// The common shape of two by right alignment; nil where extents differ and neither is 1.
  public static func shape(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    var result: [Int] = []
    for axis in 0..<rank {
      let x = axis < rank - a.count ? 1 : a[axis - (rank - a.count)]
      let y = axis < rank - b.count ? 1 : b[axis - (rank - b.count)]
      guard x == y || x == 1 || y == 1 else { return nil }
      result.append(x == 1 ? y : x)
    }
    return result
  }
}
