internal import GraphEvaluation

/// How far each element of an output may be off.
struct Limits {
  private let limits: [Double]?
  private let slack: [Double]?
  private let factor: Double
  private let floor: Double

  /// `slack` is the original's own rounding where that counts.
  init(
    _ amounts: ErrorAmounts?, _ slack: ErrorBound?, _ mode: BoundPropagator.Mode, _ floor: Double
  ) {
    limits = amounts?.limits
    if case .amounts(let more)? = slack { self.slack = more.limits } else { self.slack = nil }
    factor = mode == .sure ? RegionJudge.margin : 1
    self.floor = floor
  }

  /// Holds some elements to their limits at once, where no slack comes in between.
  func totals(_ found: [Double], _ expected: [Double], in range: Range<Int>) -> LimitTotals? {
    guard let limits, slack == nil, limits.count == expected.count else { return nil }
    return LimitTotals(
      found: found, expected: expected, limits: limits, factor: factor, floor: floor, in: range)
  }

  /// The limit of one element; infinite where it is undecided.
  subscript(element: Int) -> Double {
    factor * ((limits?[element] ?? 0) + (slack?[element] ?? 0)) + floor
  }
}

/// One output of a region, element by element.
struct OutputComparison {
  private(set) var elements = ElementComparison()
  /// Elements that were too close to be decided.
  private(set) var undecided = 0
  /// Elements where the original is not finite.
  private(set) var notFinite = 0
  /// Elements that are compared at once.
  private static let block = 4096
  private var squaredLimits = 0.0
  private var squaredNumbers = 0.0

  /// Bounds as large as the numbers say nothing; they come from many layers without a common value.
  var isTooWide: Bool {
    elements.count == 0 && squaredNumbers > 0 && squaredLimits > squaredNumbers
  }

  /// Compares all elements; both have the same type and shape.
  mutating func compare(_ found: RuntimeTensor, _ expected: RuntimeTensor, _ limits: Limits) {
    let (y, r) = (found.doubles(), expected.doubles())
    for start in stride(from: 0, to: r.count, by: Self.block) {
      let range = start..<min(start + Self.block, r.count)
      if let totals = limits.totals(y, r, in: range), totals.isPlain {
        elements.add(ratio: totals.worstRatio)
        squaredLimits += totals.squaredLimits
        squaredNumbers += totals.squaredNumbers
      } else {
        compareEach(y, r, limits, range)
      }
    }
  }

  /// One by one, where some are beyond their limits or have none.
  private mutating func compareEach(
    _ y: [Double], _ r: [Double], _ limits: Limits, _ range: Range<Int>
  ) {
    for element in range {
      guard r[element].isFinite else {
        // Where the original is not finite, it is not the written model that is judged.
        notFinite += 1
        continue
      }
      let limit = limits[element]
      guard limit.isFinite else {
        if y[element].isFinite {
          undecided += 1
        } else {
          // A weight that is not finite makes its own bound so; that excuses nothing.
          elements.add(element, found: y[element], expected: r[element], bound: 0)
        }
        continue
      }
      squaredLimits += limit * limit
      squaredNumbers += r[element] * r[element]
      elements.add(element, found: y[element], expected: r[element], bound: limit)
    }
  }
}
