internal import ModelIR

extension DataType {
  /// The distance between the neighbours of `value` in one of the four float types; the smallest
  /// subnormal near zero.
  func ulp(of value: Double) -> Double { spacing?.at(value) ?? .nan }

  /// The distances between neighbours; nil for other types.
  var spacing: NumberSpacing? {
    floatFormat.map {
      NumberSpacing(
        smallestNormal: $0.smallestNormal,
        relative: Double(sign: .plus, exponent: -$0.fractionBits, significand: 1))
    }
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

  private var floatFormat: (fractionBits: Int, smallestNormal: Double)? {
    switch self {
    case .float16: (10, 0x1p-14)
    case .bfloat16: (7, 0x1p-126)
    case .float32: (23, 0x1p-126)
    case .float64: (52, 0x1p-1022)
    default: nil
    }
  }
}
