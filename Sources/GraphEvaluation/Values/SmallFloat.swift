internal import ModelIR

/// The 8-bit and 4-bit float types of the standard (onnx, docs "Float stored in 8 bits" and
/// "Float stored in 4 bits"): decoding, and rounding to nearest even.
struct SmallFloat {
  /// Bits of the fraction.
  let fractionBits: Int
  /// What the exponent field is larger than the exponent.
  let bias: Int
  /// The largest finite number.
  let largest: Float
  /// What becomes of a number beyond it when it is not saturated.
  let overflow: Float
  /// False where the pattern of −0 stands for NaN.
  let hasNegativeZero: Bool

  /// The format of a type; nil for other types and for float8e8m0, which has no fraction.
  init?(_ type: DataType) {
    switch type {
    case .float8E4M3FN: self.init(fractionBits: 3, bias: 7, largest: 448, overflow: .nan)
    case .float8E4M3FNUZ:
      self.init(fractionBits: 3, bias: 8, largest: 240, overflow: .nan, hasNegativeZero: false)
    case .float8E5M2: self.init(fractionBits: 2, bias: 15, largest: 57344, overflow: .infinity)
    case .float8E5M2FNUZ:
      self.init(fractionBits: 2, bias: 16, largest: 57344, overflow: .nan, hasNegativeZero: false)
    case .float4E2M1: self.init(fractionBits: 1, bias: 1, largest: 6, overflow: 6)
    default: return nil
    }
  }

  private init(
    fractionBits: Int, bias: Int, largest: Float, overflow: Float, hasNegativeZero: Bool = true
  ) {
    self.hasNegativeZero = hasNegativeZero
    self.fractionBits = fractionBits
    self.bias = bias
    self.largest = largest
    self.overflow = overflow
  }

  /// The nearest number of the type, ties to even.
  ///
  /// `saturating` turns numbers beyond the largest, infinities too, into the largest.
  func rounded(_ value: Float, saturating: Bool) -> Float {
    // float4e2m1 has no NaN; the standard's cast makes it negative zero.
    guard !value.isNaN else { return overflow.isFinite ? -0.0 : value }
    let sign: Float = value.sign == .minus ? -1 : 1
    guard value.isFinite else { return saturating ? sign * largest : sign * overflow }
    let exponent = max(value == 0 ? -200 : Int(value.exponent), 1 - bias)
    let unit = Float(sign: .plus, exponent: exponent - fractionBits, significand: 1)
    let rounded = (value / unit).rounded(.toNearestOrEven) * unit
    guard rounded.magnitude > largest else {
      return rounded == 0 && !hasNegativeZero ? 0 : rounded
    }
    return saturating ? sign * largest : sign * overflow
  }

  // MARK: Whole tensors

  /// Numbers from their bit patterns.
  static func decode(_ bytes: [UInt8], of type: DataType, count: Int) throws -> [Float] {
    let table = try values(of: type)
    guard type.bitWidth == 4 else { return bytes.prefix(count).map { table[Int($0)] } }
    return (0..<count).map { table[Int(bytes[$0 / 2] >> UInt8($0 % 2 * 4) & 15)] }
  }

  /// Bit patterns of numbers, rounded to nearest without saturation (of float8e8m0 with it: it has
  /// no zero).
  static func encode(_ numbers: [Float], as type: DataType) throws -> [UInt8] {
    var patterns: [UInt32: UInt8] = [:]
    for (pattern, value) in try values(of: type).enumerated().reversed() where !value.isNaN {
      patterns[value.bitPattern] = UInt8(pattern)
    }
    let nan: UInt8 =
      switch type {
      case .float8E4M3FNUZ, .float8E5M2FNUZ: 0x80
      case .float8E8M0: 0xff
      case .float4E2M1: 0
      default: 0x7f
      }
    let codes = numbers.map { number in
      let rounded = Self.rounded(number, to: type, saturating: type == .float8E8M0)
      return patterns[rounded.bitPattern] ?? (rounded == 0 ? patterns[0] ?? nan : nan)
    }
    guard type.bitWidth == 4 else { return codes }
    return stride(from: 0, to: codes.count, by: 2).map { index in
      codes[index] | (index + 1 < codes.count ? codes[index + 1] << 4 : 0)
    }
  }

  /// How float8e8m0, which holds the powers of two from 2⁻¹²⁷ to 2¹²⁷ alone, is rounded to.
  enum ScaleRounding: String {
    case up
    case down
    /// To the nearest, ties up.
    case nearest
  }

  /// The nearest number of one of these types; of float8e8m0 the one that `scales` says.
  static func rounded(
    _ value: Float, to type: DataType, saturating: Bool, scales: ScaleRounding = .up
  ) -> Float {
    if let format = SmallFloat(type) { return format.rounded(value, saturating: saturating) }
    guard value >= 0 else { return .nan }
    let largest = Float(sign: .plus, exponent: 127, significand: 1)
    guard value.isFinite else { return saturating ? largest : .nan }
    let threshold: Float =
      switch scales {
      case .up: 1
      case .down: 2
      case .nearest: 1.5
      }
    let raised = scales == .up ? value.significand > threshold : value.significand >= threshold
    let exponent = value == 0 ? -150 : Int(value.exponent) + (raised ? 1 : 0)
    guard saturating || (-127...127).contains(exponent) else { return .nan }
    return Float(sign: .plus, exponent: max(-127, min(127, exponent)), significand: 1)
  }

  private static func values(of type: DataType) throws -> [Float] {
    if type == .float8E8M0 {
      return (0..<256).map {
        $0 == 255 ? .nan : Float(sign: .plus, exponent: $0 - 127, significand: 1)
      }
    }
    guard let format = SmallFloat(type) else {
      throw EvaluationError.Problem.unsupported("type \(type.name)")
    }
    let bits = type.bitWidth
    return (0..<(1 << bits)).map { pattern in format.value(pattern, bits: bits, type) }
  }

  private func value(_ pattern: Int, bits: Int, _ type: DataType) -> Float {
    let magnitude = pattern & (1 << (bits - 1) - 1)
    let sign: Float = pattern >> (bits - 1) == 1 ? -1 : 1
    if type == .float8E4M3FNUZ || type == .float8E5M2FNUZ, pattern == 0x80 { return .nan }
    if type == .float8E4M3FN, magnitude == 0x7f { return .nan }
    if type == .float8E5M2, magnitude >= 0x7c { return magnitude == 0x7c ? sign * .infinity : .nan }
    let field = magnitude >> fractionBits
    let fraction = Float(magnitude & (1 << fractionBits - 1)) / Float(1 << fractionBits)
    let exponent = max(field, 1) - bias
    return sign
      * Float(sign: .plus, exponent: exponent, significand: field == 0 ? fraction : 1 + fraction)
  }
}
