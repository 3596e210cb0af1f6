/// Arithmetic on sizes that come from files: nil instead of a trap on overflow.
public enum CheckedArithmetic {
  /// The product of `factors`, or nil when one is negative or the product does not fit.
  public static func product(_ factors: some Sequence<Int>) -> Int? {
    var result = 1
    var overflowed = false
    for factor in factors {
      guard factor >= 0 else { return nil }
      // A zero later on makes a product small that overflowed on the way.
      if factor == 0 { return containsNegative(factors) ? nil : 0 }
      let (product, overflow) = result.multipliedReportingOverflow(by: factor)
      overflowed = overflowed || overflow
      result = overflow ? 1 : product
    }
    return overflowed ? nil : result
  }

  /// `a + b`, or nil when it does not fit.
  public static func sum(_ a: Int, _ b: Int) -> Int? {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? nil : sum
  }

  /// `a · b`, or nil when it does not fit.
  public static func product(_ a: Int, _ b: Int) -> Int? {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? nil : product
  }

  private static func containsNegative(_ numbers: some Sequence<Int>) -> Bool {
    numbers.contains { $0 < 0 }
  }
}
