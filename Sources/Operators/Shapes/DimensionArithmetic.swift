internal import ByteStore
internal import ModelIR

/// Arithmetic on extents of which some are only known by name.
///
/// A result that is neither a number nor one of the names is unknown. Names stand for extents of
/// at least 1: exporters give names to batches and sizes, and an empty batch says nothing wrong.
extension Dimension {
  static func * (a: Dimension, b: Dimension) -> Dimension {
    switch (a, b) {
    case (.known(let x), .known(let y)):
      let (product, overflow) = x.multipliedReportingOverflow(by: y)
      return overflow ? .unknown : .known(product)
    case (.known(1), _): return b
    case (_, .known(1)): return a
    case (.known(0), _), (_, .known(0)): return .known(0)
    default: return .unknown
    }
  }

  static func + (a: Dimension, b: Dimension) -> Dimension {
    switch (a, b) {
    case (.known(let x), .known(let y)):
      return CheckedArithmetic.sum(x, y).map { .known($0) } ?? .unknown
    case (.known(0), _): return b
    case (_, .known(0)): return a
    default: return .unknown
    }
  }

  static func - (a: Dimension, b: Dimension) -> Dimension {
    switch (a, b) {
    case (.known(let x), .known(let y)):
      let (difference, overflow) = x.subtractingReportingOverflow(y)
      return overflow ? .unknown : .known(difference)
    case (_, .known(0)): return a
    case (.symbol(let x), .symbol(let y)) where x == y: return .known(0)
    default: return .unknown
    }
  }

  /// Division of whole numbers, rounded toward zero.
  static func / (a: Dimension, b: Dimension) -> Dimension {
    switch (a, b) {
    case (.known(let x), .known(let y)):
      guard y != 0, !(x == .min && y == -1) else { return .unknown }
      return .known(x / y)
    case (_, .known(1)): return a
    case (.symbol(let x), .symbol(let y)) where x == y: return .known(1)
    default: return .unknown
    }
  }

  /// The product of extents.
  static func product(_ factors: some Sequence<Dimension>) -> Dimension {
    factors.reduce(.known(1)) { $0 * $1 }
  }

  /// What two extents become when they meet in an operator with broadcasting; nil where they
  /// cannot.
  static func broadcast(_ a: Dimension, _ b: Dimension) -> Dimension? {
    switch (a, b) {
    case (.known(1), _): return b
    case (_, .known(1)): return a
    case (.known(let x), .known(let y)): return x == y ? a : nil
    // The other is either 1 or the same.
    case (.known, _): return a
    case (_, .known): return b
    case (.symbol(let x), .symbol(let y)): return x == y ? a : .unknown
    default: return .unknown
    }
  }

  /// Two extents that are the same, from two places: the better known one; nil where they differ.
  static func same(_ a: Dimension, _ b: Dimension) -> Dimension? {
    switch (a, b) {
    case (.known(let x), .known(let y)): x == y ? a : nil
    case (.known, _): a
    case (_, .known): b
    case (.symbol, _): a
    default: b
    }
  }

  /// What is known of an extent that is one or the other.
  static func either(_ a: Dimension, _ b: Dimension) -> Dimension { a == b ? a : .unknown }

  /// The common shape of two by right alignment; nil where they do not fit.
  static func broadcast(_ a: [Dimension], _ b: [Dimension]) -> [Dimension]? {
    let rank = max(a.count, b.count)
    var result: [Dimension] = []
    result.reserveCapacity(rank)
    for axis in 0..<rank {
      let x = axis < rank - a.count ? .known(1) : a[axis - (rank - a.count)]
      let y = axis < rank - b.count ? .known(1) : b[axis - (rank - b.count)]
      guard let extent = broadcast(x, y) else { return nil }
      result.append(extent)
    }
    return result
  }

  /// Π numerator / Π denominator where named extents cancel; unknown where they do not, nil where
  /// the division leaves a rest.
  static func quotient(_ numerator: [Dimension], _ denominator: [Dimension]) -> Dimension? {
    var above: Dimension = .known(1)
    var below: Dimension = .known(1)
    var names: [String: Int] = [:]
    for extent in numerator {
      switch extent {
      case .known: above = above * extent
      case .symbol(let name): names[name, default: 0] += 1
      case .unknown: return .unknown
      }
    }
    for extent in denominator {
      switch extent {
      case .known: below = below * extent
      case .symbol(let name): names[name, default: 0] -= 1
      case .unknown: return .unknown
      }
    }
    let left = names.filter { $0.value != 0 }
    guard case .known(let x) = above, case .known(let y) = below, y != 0 else { return .unknown }
    if left.isEmpty { return x % y == 0 ? .known(x / y) : nil }
    if left.count == 1, let (name, count) = left.first, count == 1, x == y { return .symbol(name) }
    return .unknown
  }
}
