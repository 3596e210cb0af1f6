internal import ModelIR

extension DataType {
  /// The distance between the neighbours of `value` in one of the four float types; the smallest
  /// subnormal near zero.
  func ulp(of value: Double) -> Double {
    guard value.isFinite, let format = floatFormat else { return .nan }
    let magnitude = value.magnitude
    let exponent = magnitude < format.smallestNormal ? format.lowest : Int(magnitude.exponent)
    return Double(
      sign: .plus, exponent: max(exponent, format.lowest) - format.fractionBits, significand: 1)
  }

  /// The smallest number with full precision.
  var smallestNormal: Double { floatFormat?.smallestNormal ?? 0 }

  /// The largest finite number.
  var largestFinite: Double {
    switch self {
    case .float16: 65504
    case .bfloat16: 0x1.fep127
    case .float32: Double(Float.greatestFiniteMagnitude)
    default: Double.greatestFiniteMagnitude
    }
  }

  private var floatFormat: (fractionBits: Int, lowest: Int, smallestNormal: Double)? {
    switch self {
    case .float16: (10, -14, 0x1p-14)
    case .bfloat16: (7, -126, 0x1p-126)
    case .float32: (23, -126, 0x1p-126)
    case .float64: (52, -1022, 0x1p-1022)
    default: nil
    }
  }
}
