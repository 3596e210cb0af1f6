import ModelIR
import Testing

/// Numbers as the four float types store them, by arithmetic of the tests' own.
enum StoredNumbers {
  /// Bits of the fraction and the smallest normal exponent of a type.
  private static func format(_ type: DataType) -> (fraction: Int, lowest: Int) {
    switch type {
    case .float16: (10, -14)
    case .bfloat16: (7, -126)
    case .float32: (23, -126)
    default: (52, -1022)
    }
  }

  /// The distance of a number's neighbours in a type.
  static func ulp(of value: Double, _ type: DataType) -> Double {
    let (fraction, lowest) = format(type)
    let exponent = value == 0 ? lowest : max(Int(value.exponent), lowest)
    return Double(sign: .plus, exponent: exponent - fraction, significand: 1)
  }

  /// The nearest number of a type, ties to even.
  static func rounded(_ value: Double, to type: DataType) -> Double {
    guard value != 0, value.isFinite else { return value }
    let (fraction, lowest) = format(type)
    let exponent = max(Int(value.exponent), lowest) - fraction
    // Two steps, since 2^exponent may be below Double's range.
    let unit = Double(sign: .plus, exponent: exponent, significand: 1)
    guard type != .float64 else { return value }
    return (value / unit).rounded(.toNearestOrEven) * unit
  }

  /// The bytes of numbers that the type holds exactly.
  static func bytes(_ values: [Double], _ type: DataType) -> [UInt8] {
    values.flatMap { value -> [UInt8] in
      switch type {
      case .float64: little(value.bitPattern, 8)
      case .float16: little(UInt64(Float16(value).bitPattern), 2)
      case .bfloat16: little(UInt64(Float(value).bitPattern >> 16), 2)
      default: little(UInt64(Float(value).bitPattern), 4)
      }
    }
  }

  /// A tensor of rounded numbers.
  static func tensor(_ values: [Double], _ shape: [Int], _ type: DataType) throws -> Tensor {
    let stored = values.map { rounded($0, to: type) }
    let shape = try #require(TensorShape(shape))
    return try #require(Tensor(dataType: type, shape: shape, bytes: bytes(stored, type)))
  }

  private static func little(_ bits: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) }
  }
}
