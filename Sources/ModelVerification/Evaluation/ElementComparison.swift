/// Numbers held against bounds, one after the other.
struct ElementComparison {
  /// The first element beyond its bound.
  private var first: (element: Int, found: Double, expected: Double, bound: Double)?
  /// Elements beyond their bounds.
  private(set) var count = 0
  /// The largest |found − expected| / bound; infinite where no number can say it.
  private(set) var worstRatio = 0.0

  /// Compares one element; NaN anywhere but in both numbers is beyond every bound.
  mutating func add(_ element: Int, found: Double, expected: Double, bound: Double) {
    let error = (found - expected).magnitude
    if error == 0 { return }
    if error <= bound {
      // A division for each element would cost more than all the rest.
      if error > worstRatio * bound { worstRatio = error / bound }
      return
    }
    if found == expected || (found.isNaN && expected.isNaN) { return }
    if first == nil { first = (element, found, expected, bound) }
    count += 1
    worstRatio = max(worstRatio, error.isFinite && bound > 0 ? error / bound : .infinity)
  }

  /// Adds elements within their bounds, of which the worst makes up this fraction of its bound.
  mutating func add(ratio: Double) { worstRatio = max(worstRatio, ratio) }

  /// What to report when something was beyond its bound.
  func difference(shape: [Int]) -> ElementDifference? {
    guard let first else { return nil }
    return ElementDifference(
      index: Self.coordinates(first.element, in: shape), found: first.found,
      expected: first.expected, bound: first.bound, count: count, worstRatio: worstRatio)
  }

  /// The index of an element in row-major order.
  static func coordinates(_ element: Int, in shape: [Int]) -> [Int] {
    var rest = element
    var result: [Int] = []
    for extent in shape.reversed() {
      result.append(rest % max(1, extent))
      rest /= max(1, extent)
    }
    return result.reversed()
  }
}
