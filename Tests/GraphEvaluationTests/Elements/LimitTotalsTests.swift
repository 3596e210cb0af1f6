import GraphEvaluation
import TestSupport
import Testing

/// Totals of comparisons against loops over their definitions, and what they must not overlook.
@Suite struct LimitTotalsTests {
  private let count = 1003
  private let expected: [Double]
  private let found: [Double]
  private let limits: [Double]

  init() {
    var random = SplitMix64(seed: 3)
    expected = (0..<count).map { _ in random.normal() * 1e3 }
    limits = (0..<count).map { _ in Double.random(in: 0.5...2, using: &random) }
    found = zip(expected, limits).map { $0 + $1 * Double.random(in: -1...1, using: &random) }
  }

  private func totals(_ found: [Double], _ range: Range<Int>? = nil) -> LimitTotals {
    LimitTotals(
      found: found, expected: expected, limits: limits, factor: 1.5, floor: 0.25,
      in: range ?? 0..<count)
  }

  @Test(arguments: [0..<1003, 5..<9, 17..<1003, 40..<40]) func areTheirDefinitions(
    range: Range<Int>
  ) {
    let totals = totals(found, range)
    let own = range.map { 1.5 * limits[$0] + 0.25 }
    let ratios = zip(range, own).map { abs(found[$0] - expected[$0]) / $1 }
    #expect(totals.isPlain && totals.beyond == 0)
    #expect(abs(totals.worstRatio - (ratios.max() ?? 0)) <= 1e-12)
    let squares = (
      own.reduce(0) { $0 + $1 * $1 }, range.reduce(0) { $0 + expected[$1] * expected[$1] }
    )
    #expect(abs(totals.squaredLimits - squares.0) <= 1e-12 * squares.0)
    #expect(abs(totals.squaredNumbers - squares.1) <= 1e-12 * squares.1)
  }

  /// Each alone, at every place that a lane can have.
  @Test(arguments: [1e6, -1e6, Double.nan, .infinity, -.infinity])
  func oneElementBeyondIsSeen(number: Double) {
    for place in [0, 1, 2, 3, 4, 5, 6, 7, 8, count - 4, count - 1] {
      var wrong = found
      wrong[place] = number
      #expect(totals(wrong).beyond == 1 && !totals(wrong).isPlain)
      #expect(totals(wrong, (place + 1)..<count).isPlain)
    }
  }

  @Test func whatHasNoLimitIsNotPlain() {
    for limit in [Double.infinity, .nan] {
      var limits = limits
      limits[500] = limit
      let totals = LimitTotals(
        found: found, expected: expected, limits: limits, factor: 1, floor: 0, in: 0..<count)
      #expect(!totals.isPlain)
    }
  }

  @Test func nothingIsAllowedWhereTheLimitIsZero() {
    let equal = LimitTotals(
      found: expected, expected: expected, limits: limits, factor: 0, floor: 0, in: 0..<count)
    #expect(equal.isPlain && equal.worstRatio == 0)
    let other = LimitTotals(
      found: found, expected: expected, limits: limits, factor: 0, floor: 0, in: 0..<count)
    #expect(other.beyond == zip(found, expected).count { $0 != $1 })
  }

  /// Units in the last place of Float, normal and below.
  @Test func spacingIsThatOfTheType() {
    let numbers: [Float] = [1, 1.5, -3, 0x1p-126, 0x1p-140, 0, 1e30, -7e-20]
    let expected = numbers.map { Double($0) + 0.25 * Double($0.ulp) }
    func totals(_ found: [Double], _ ulps: Double) -> LimitTotals {
      LimitTotals(
        found: found, expected: expected, factor: ulps * 0x1p-23, smallest: 0x1p-126,
        in: 0..<expected.count)
    }
    let rounded = numbers.map { Double($0) }
    #expect(totals(rounded, 0.5).isPlain && abs(totals(rounded, 0.5).worstRatio - 0.5) < 1e-9)
    #expect(totals(rounded, 0.2499).beyond == numbers.count)
    let next = numbers.map { Double($0.nextUp) }
    #expect(totals(next, 0.76).isPlain && totals(next, 0.74).beyond == numbers.count)
    let infinite = LimitTotals(
      found: [1], expected: [.infinity], factor: 1, smallest: 0, in: 0..<1)
    #expect(!infinite.isPlain)
  }
}
