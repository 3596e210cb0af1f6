#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// An axis of equal steps, with ticks at 1, 2 or 5 times a power of ten.
struct LinearAxis {
  private(set) var low: Double
  private(set) var high: Double
  private let start: Double
  private let end: Double
  private let step: Double

  /// An axis that holds two numbers, between two places; a tight one ends at them.
  init(_ least: Double, _ most: Double, from start: Double, to end: Double, isTight: Bool = false) {
    let span = most > least ? most - least : max(1e-9, abs(most))
    let rough = span / 5
    let power = pow(10, log10(rough).rounded(.down))
    let factor = rough / power
    step = power * (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10)
    low = isTight ? least : (least / step).rounded(.down) * step
    high = isTight ? max(most, least + span) : max((most / step).rounded(.up) * step, low + step)
    self.start = start
    self.end = end
  }

  /// Where a number stands; what lies outside stands at the end.
  func place(_ number: Double) -> Double {
    start + min(1, max(0, (number - low) / (high - low))) * (end - start)
  }

  /// Where labels stand.
  var ticks: [Double] {
    let first = (low / step - 1e-6).rounded(.up)
    let last = (high / step + 1e-6).rounded(.down)
    guard last >= first, last - first < 50 else { return [] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// A number with as many decimals as the steps have.
  func label(_ number: Double) -> String {
    let decimals = max(0, min(9, Int(-log10(step * 1.000001).rounded(.down))))
    return decimals == 0 && abs(number) < 1e15
      ? NumberText.grouped(Int(number.rounded())) : NumberText.fixed(number, decimals: decimals)
  }
}
