import CVectorLoops
import TestSupport
import Testing

/// The C conversions against IEEE 754 by hand: every pattern, every tie and its neighbours.
struct HalfConversionTests {
  static let patterns = (0...UInt16.max).map { $0 }

  /// The number a binary16 pattern means, from the definition (5 exponent bits, bias 15).
  static func half(_ bits: UInt16) -> Double {
    let sign = bits & 0x8000 == 0 ? 1.0 : -1.0
    let exponent = Int(bits >> 10 & 31)
    let fraction = Double(bits & 0x3ff)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }

  /// The number a bfloat16 pattern means: the upper half of a Float.
  static func bfloat16(_ bits: UInt16) -> Double {
    Double(Float(bitPattern: UInt32(bits) << 16))
  }

  static func floats(
    _ bits: [UInt16], _ convert: (UnsafePointer<UInt16>, UnsafeMutablePointer<Float>, Int) -> Void
  ) -> [Float] {
    unsafe [Float](unsafeUninitializedCapacity: bits.count) { buffer, count in
      if let start = buffer.baseAddress { unsafe convert(bits, start, bits.count) }
      count = bits.count
    }
  }

  static func narrowed<Number>(
    _ numbers: [Number],
    _ convert: (UnsafePointer<Number>, UnsafeMutablePointer<UInt16>, Int) -> Void
  ) -> [UInt16] {
    unsafe [UInt16](unsafeUninitializedCapacity: numbers.count) { buffer, count in
      if let start = buffer.baseAddress { unsafe convert(numbers, start, numbers.count) }
      count = numbers.count
    }
  }

  /// Whether two numbers are the same, signed zeros told apart, any NaN equal to any.
  static func same(_ a: Double, _ b: Double) -> Bool {
    a.isNaN || b.isNaN ? a.isNaN && b.isNaN : a.bitPattern == b.bitPattern
  }

  @Test func everyHalfWidens() {
    let widened = unsafe Self.floats(Self.patterns) { unsafe bnfold_half_to_float($0, $1, $2) }
    let wrong = Self.patterns.filter { !Self.same(Double(widened[Int($0)]), Self.half($0)) }
    #expect(wrong == [])
  }

  #if arch(arm64) || (arch(x86_64) && os(Linux))
    @Test func everyHalfAgreesWithFloat16() {
      let widened = unsafe Self.floats(Self.patterns) { unsafe bnfold_half_to_float($0, $1, $2) }
      let wrong = Self.patterns.filter {
        !Self.same(Double(widened[Int($0)]), Double(Float16(bitPattern: $0)))
      }
      #expect(wrong == [])
    }

    @Test func randomDoublesAgreeWithFloat16() {
      var generator = SplitMix64(seed: 16)
      let numbers = (0..<200_000).map { _ in
        Double(
          sign: Bool.random(using: &generator) ? .plus : .minus,
          exponent: Int.random(in: -30...17, using: &generator),
          significand: Double.random(in: 1..<2, using: &generator))
      }
      let found = unsafe Self.narrowed(numbers) { unsafe bnfold_double_to_half($0, $1, $2) }
      let wrong = numbers.indices.filter { found[$0] != Float16(numbers[$0]).bitPattern }
      #expect(wrong.map { numbers[$0] } == [])
      let singles = numbers.map { Float($0) }
      let fromSingles = unsafe Self.narrowed(singles) { unsafe bnfold_float_to_half($0, $1, $2) }
      #expect(fromSingles == singles.map { Float16($0).bitPattern })
    }
  #endif

  @Test func everyBfloat16Widens() {
    let widened = unsafe Self.floats(Self.patterns) { unsafe bnfold_bfloat16_to_float($0, $1, $2) }
    let wrong = Self.patterns.filter { widened[Int($0)].bitPattern != UInt32($0) << 16 }
    #expect(wrong == [])
  }

  @Test func everyPatternSurvivesARoundTrip() {
    let halves = unsafe Self.floats(Self.patterns) { unsafe bnfold_half_to_float($0, $1, $2) }
    let back = unsafe Self.narrowed(halves) { unsafe bnfold_float_to_half($0, $1, $2) }
    let fromDouble = unsafe Self.narrowed(halves.map(Double.init)) {
      unsafe bnfold_double_to_half($0, $1, $2)
    }
    let numbers = Self.patterns.filter { !Self.half($0).isNaN }
    #expect(numbers.filter { back[Int($0)] != $0 || fromDouble[Int($0)] != $0 } == [])
    let notNumbers = Self.patterns.filter { Self.half($0).isNaN }
    #expect(notNumbers.filter { !Self.half(back[Int($0)]).isNaN } == [])
    #expect(notNumbers.filter { !Self.half(fromDouble[Int($0)]).isNaN } == [])

    let wide = unsafe Self.floats(Self.patterns) { unsafe bnfold_bfloat16_to_float($0, $1, $2) }
    let narrow = unsafe Self.narrowed(wide) { unsafe bnfold_float_to_bfloat16($0, $1, $2) }
    let finite = Self.patterns.filter { !Self.bfloat16($0).isNaN }
    #expect(finite.filter { narrow[Int($0)] != $0 } == [])
    let others = Self.patterns.filter { Self.bfloat16($0).isNaN }
    #expect(others.filter { !Self.bfloat16(narrow[Int($0)]).isNaN } == [])
  }

  /// Halfway between neighbours the even pattern wins; the next Double on either side decides for
  /// the nearer one, although rounding it to Float first gives the tie itself.
  @Test(arguments: [false, true]) func ties(isBfloat16: Bool) {
    // Up to the largest finite number, whose upper neighbour is what would follow it.
    let last: UInt16 = isBfloat16 ? 0x7f7f : 0x7bff
    let value = isBfloat16 ? Self.bfloat16 : Self.half
    let limit = isBfloat16 ? 0x1p128 : 0x1p16
    var inputs: [Double] = []
    var expected: [UInt16] = []
    for bits in 0...last {
      let above = bits == last ? limit : value(bits + 1)
      let tie = (value(bits) + above) / 2
      let even = bits & 1 == 0 ? bits : bits + 1
      for (input, result) in [(tie, even), (tie.nextDown, bits), (tie.nextUp, bits + 1)] {
        inputs += [input, -input]
        expected += [result, result | 0x8000]
      }
    }
    let found = unsafe Self.narrowed(inputs) {
      unsafe isBfloat16
        ? bnfold_double_to_bfloat16($0, $1, $2) : bnfold_double_to_half($0, $1, $2)
    }
    let wrong = inputs.indices.filter { found[$0] != expected[$0] }
    #expect(wrong.map { inputs[$0] } == [])

    // Every tie is a Float; from Float the same rule holds, with the neighbours among Floats.
    let floats = inputs.indices.filter { $0 % 6 < 2 }
    let narrow = unsafe Self.narrowed(floats.map { Float(inputs[$0]) }) {
      unsafe isBfloat16 ? bnfold_float_to_bfloat16($0, $1, $2) : bnfold_float_to_half($0, $1, $2)
    }
    #expect(floats.indices.filter { narrow[$0] != expected[floats[$0]] } == [])
  }

  @Test func extremes() {
    let numbers: [Double] = [
      0, -0.0, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e300,
      -1e-300, 65519.999999999, 65520, 0x1p-25, 0x1.0000000000001p-25,
    ]
    let found = unsafe Self.narrowed(numbers) { unsafe bnfold_double_to_half($0, $1, $2) }
    #expect(
      found == [
        0, 0x8000, 0x7c00, 0xfc00, 0x7c00, 0, 0x7c00, 0x8000, 0x7bff, 0x7c00, 0, 1,
      ])
    let notANumber = unsafe Self.narrowed([Double.nan]) { unsafe bnfold_double_to_half($0, $1, $2) }
    #expect(notANumber.allSatisfy { Self.half($0).isNaN })
    let wide = unsafe Self.narrowed(numbers) { unsafe bnfold_double_to_bfloat16($0, $1, $2) }
    #expect(
      wide == [
        0, 0x8000, 0x7f80, 0xff80, 0x7f80, 0, 0x7f80, 0x8000, 0x4780, 0x4780, 0x3300, 0x3300,
      ])
  }
}
