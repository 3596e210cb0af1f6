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
  private var squaredLimits = 0.0
  private var squaredNumbers = 0.0

  /// Bounds as large as the numbers say nothing; they come from many layers without a common value.
  var isTooWide: Bool {
    elements.count == 0 && squaredNumbers > 0 && squaredLimits > squaredNumbers
  }

  /// Compares all elements; both have the same type and shape.
  mutating func compare(_ found: RuntimeTensor, _ expected: RuntimeTensor, _ limits: Limits) {
    let (y, r) = (found.doubles(), expected.doubles())
    for element in r.indices {
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
