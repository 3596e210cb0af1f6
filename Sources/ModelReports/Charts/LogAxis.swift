#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A vertical axis on which each step up multiplies.
struct LogAxis {
  /// Powers of ten at the lower and at the upper end.
  private(set) var low: Int
  private(set) var high: Int
  /// Pixels of the upper and of the lower end.
  let top: Double
  let bottom: Double

  /// An axis that holds all positive numbers given, at most `decades` of them below the largest.
  init(_ numbers: [Double], top: Double, bottom: Double, decades: Int = 12) {
    let logarithms = numbers.filter { $0 > 0 && $0.isFinite }.map { log10($0) }
    let largest = logarithms.max() ?? 0
    let smallest = max(logarithms.min() ?? largest, largest - Double(decades))
    high = Int(largest.rounded(.up))
    low = Int(smallest.rounded(.down))
    // A little room, so that nothing lies on the edge.
    if Double(high) - largest < 0.05 { high += 1 }
    if smallest - Double(low) < 0.05 { low -= 1 }
    self.top = top
    self.bottom = bottom
  }

  /// Where a number stands; what is too small, or not positive, stands at the lower end.
  func place(_ number: Double) -> Double {
    guard number > 0 else { return bottom }
    let part = (log10(number) - Double(low)) / Double(max(1, high - low))
    return bottom - min(1, max(0, part)) * (bottom - top)
  }

  /// Lines and labels at powers of ten, at most about six.
  func draw(in svg: inout SVG, left: Double, right: Double) {
    let step = max(1, (high - low + 5) / 6)
    for power in stride(from: low, through: high, by: step) {
      let y = bottom - Double(power - low) / Double(max(1, high - low)) * (bottom - top)
      svg.line(left, y, right, y, "grid")
      svg.write(Self.label(power), x: left - 6, y: y + 4, anchor: "end")
    }
  }

  private static func label(_ power: Int) -> String {
    switch power {
    case 0...4: "1" + String(repeating: "0", count: power)
    case -3..<0: "0." + String(repeating: "0", count: -power - 1) + "1"
    default: "1e\(power)"
    }
  }
}
