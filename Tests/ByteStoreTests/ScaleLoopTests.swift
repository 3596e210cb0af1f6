import CVectorLoops
import TestSupport
import Testing

/// The scaling loops against one multiplication in Double and one rounding, at every tail length.
struct ScaleLoopTests {
  /// Ordinary numbers, subnormals, huge ones, infinities, NaN.
  private static func input(_ count: Int, _ generator: inout SplitMix64) -> [Float] {
    (0..<count).map { index in
      switch index % 11 {
      case 7: Float.leastNonzeroMagnitude * Float(index)
      case 8: .greatestFiniteMagnitude
      case 9: index.isMultiple(of: 2) ? .infinity : -.infinity
      case 10: .nan
      default: Float(generator.normal())
      }
    }
  }

  private static func bits(_ numbers: [Float]) -> [UInt32] {
    numbers.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern }
  }

  private static func allFinite(_ numbers: [Float]) -> Bool { numbers.allSatisfy(\.isFinite) }

  @Test(arguments: Array(0...67) + [1000, 4099]) func scaleByOne(count: Int) {
    var generator = SplitMix64(seed: UInt64(count))
    let input = Self.input(count, &generator)
    for factor in [1.0, 0, -1, 0.1, 1 / 3.0, 1e-30, 1e30, -3.5] {
      let expected = input.map { Float(factor * Double($0)) }
      var scaled = input
      let isFinite = unsafe bnfold_scale_f32(&scaled, count, factor)
      #expect(Self.bits(scaled) == Self.bits(expected))
      #expect((isFinite == 1) == Self.allFinite(expected))
    }
  }

  @Test(arguments: Array(0...67) + [4099]) func scaleByEach(count: Int) {
    var generator = SplitMix64(seed: 1000 + UInt64(count))
    let input = Self.input(count, &generator)
    let factors = (0..<count).map { _ in generator.normal() * 3 }
    let expected = zip(input, factors).map { Float($1 * Double($0)) }
    var scaled = input
    let isFinite = unsafe bnfold_scale_each_f32(&scaled, count, factors)
    #expect(Self.bits(scaled) == Self.bits(expected))
    #expect((isFinite == 1) == Self.allFinite(expected))
  }

  @Test(arguments: 0...67) func finiteness(count: Int) {
    let finite = (0..<count).map { Float($0) / 67 * .greatestFiniteMagnitude }
    let ones = [Double](repeating: 1, count: count)
    for index in 0...count {
      for bad in [Float.nan, .infinity, -.infinity, .signalingNaN] {
        var numbers = finite
        if index < count { numbers[index] = bad }
        let answer: Int32 = index < count ? 0 : 1
        #expect(unsafe bnfold_scale_f32(&numbers, count, 1) == answer)
        #expect(unsafe bnfold_scale_each_f32(&numbers, count, ones) == answer)
        // What stands behind the end does not count.
        #expect(unsafe bnfold_scale_f32(&numbers, index, 1) == 1)
      }
    }
  }

  /// Floats of a file stand at any address.
  @Test(arguments: 0...7) func anyAlignment(shift: Int) {
    let count = 1003
    var generator = SplitMix64(seed: 5)
    let input = Self.input(count, &generator)
    let factors = (0..<count).map { _ in generator.normal() }
    for each in [false, true] {
      var bytes = [UInt8](repeating: 9, count: shift + count * 4 + 1)
      let answer = unsafe bytes.withUnsafeMutableBytes { all -> Int32 in
        let place = unsafe UnsafeMutableRawBufferPointer(rebasing: all[shift...])
        unsafe input.withUnsafeBytes { unsafe place.copyMemory(from: $0) }
        return each
          ? unsafe bnfold_scale_each_f32(place.baseAddress, count, factors)
          : unsafe bnfold_scale_f32(place.baseAddress, count, -0.7)
      }
      let scaled = (0..<count).map { index in
        unsafe bytes.span.bytes.unsafeLoadUnaligned(
          fromByteOffset: shift + index * 4, as: Float.self)
      }
      let expected = zip(input, factors).map { Float((each ? $1 : -0.7) * Double($0)) }
      #expect(Self.bits(scaled) == Self.bits(expected))
      #expect((answer == 1) == Self.allFinite(expected))
      #expect(bytes[..<shift].allSatisfy { $0 == 9 } && bytes.last == 9)
    }
  }
}
