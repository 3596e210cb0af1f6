/// How far apart the numbers of a float type lie.
struct NumberSpacing {
  /// Below this they are no closer.
  let smallestNormal: Double
  /// Their distance in [1, 2).
  let relative: Double

  /// The distance between the neighbours of `value`; NaN for one that is not finite.
  func at(_ value: Double) -> Double {
    guard value.isFinite else { return .nan }
    // The exponent alone: the power of two at or below the magnitude.
    let power = Double(bitPattern: value.bitPattern & 0x7FF0_0000_0000_0000)
    return max(power, smallestNormal) * relative
  }
}
