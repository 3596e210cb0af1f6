/// Where parts of a distribution lie.
struct Percentiles: Sendable, Hashable {
  /// 15 of 100 numbers lie below.
  var low: Double
  /// The median.
  var middle: Double
  /// 85 of 100 numbers lie below.
  var high: Double

  /// The {15, 50, 85}th percentiles of numbers, interpolated between neighbours as numpy does;
  /// NaN for none.
  init(of numbers: [Double]) {
    let sorted = numbers.sorted()
    func percentile(_ part: Double) -> Double {
      guard let last = sorted.last else { return .nan }
      let place = part * Double(sorted.count - 1)
      let lower = Int(place)
      guard lower + 1 < sorted.count else { return last }
      return sorted[lower] + (sorted[lower + 1] - sorted[lower]) * (place - Double(lower))
    }
    low = percentile(0.15)
    middle = percentile(0.5)
    high = percentile(0.85)
  }
}
