internal import CVectorLoops

/// How the elements of two values lie against limits of their distance.
public struct LimitTotals: Sendable {
  /// Elements beyond their limit, and pairs of which one is not a number.
  public let beyond: Int
  /// The largest distance as a fraction of its limit.
  public let worstRatio: Double
  /// Σ limit².
  public let squaredLimits: Double
  /// Σ expected².
  public let squaredNumbers: Double

  /// Whether all elements are finite and within finite limits.
  public var isPlain: Bool { beyond == 0 && squaredLimits.isFinite && squaredNumbers.isFinite }

  /// Holds |found − expected| against factor·limit + floor for a range of elements; an order of
  /// summation that depends on the range alone.
  public init(
    found: [Double], expected: [Double], limits: [Double], factor: Double, floor: Double,
    in range: Range<Int>
  ) {
    precondition(limits.count == expected.count)
    unsafe self.init(found, expected, range) { found, expected, totals in
      _ = unsafe ElementArray.withPointer(limits) { limits in
        unsafe bnfold_hold_to_limits(
          found, expected, limits + range.lowerBound, factor, floor, range.count, totals)
      }
    }
  }

  /// Holds |found − expected| against factor·2^⌊log₂|expected|⌋, at least factor·smallest: so many
  /// units in the last place of a type whose smallest normal number is `smallest`.
  public init(
    found: [Double], expected: [Double], factor: Double, smallest: Double, in range: Range<Int>
  ) {
    unsafe self.init(found, expected, range) { found, expected, totals in
      unsafe bnfold_hold_to_spacing(found, expected, factor, smallest, range.count, totals)
    }
  }

  private init(
    _ found: [Double], _ expected: [Double], _ range: Range<Int>,
    _ hold: (
      UnsafePointer<Double>, UnsafePointer<Double>, UnsafeMutablePointer<bnfold_limit_totals>
    )
      -> Void
  ) {
    precondition(
      found.count == expected.count && range.lowerBound >= 0
        && range.upperBound <= expected.count)
    var totals = bnfold_limit_totals()
    _ = unsafe ElementArray.withPointer(found) { found in
      unsafe ElementArray.withPointer(expected) { expected in
        unsafe hold(found + range.lowerBound, expected + range.lowerBound, &totals)
      }
    }
    beyond = Int(totals.beyond)
    worstRatio = totals.worst_ratio
    squaredLimits = totals.squared_limits
    squaredNumbers = totals.squared_numbers
  }
}
