/// SHA-256 (FIPS 180-4), to hold files against recorded digests.
public enum SHA256 {
  /// The digest of some bytes in lower-case hexadecimal.
  public static func hex(_ bytes: [UInt8]) -> String {
    var state = initial
    var message = bytes
    message.append(0x80)
    while message.count % 64 != 56 { message.append(0) }
    let bits = UInt64(bytes.count) * 8
    for shift in stride(from: 56, through: 0, by: -8) {
      message.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
    for start in stride(from: 0, to: message.count, by: 64) {
      absorb(message[start..<(start + 64)], &state)
    }
    let digits = Array("0123456789abcdef")
    return String(
      state.flatMap { word in
        (0..<8).map { digits[Int(word >> UInt32(28 - 4 * $0) & 15)] }
      })
  }

  private static func absorb(_ block: ArraySlice<UInt8>, _ state: inout [UInt32]) {
    var w = [UInt32](repeating: 0, count: 64)
    for t in 0..<64 {
      if t < 16 {
        w[t] = (0..<4).reduce(0) { $0 << 8 | UInt32(block[block.startIndex + 4 * t + $1]) }
      } else {
        let s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3
        let s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10
        w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
      }
    }
    var v = state
    for t in 0..<64 {
      let sum1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)
      let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
      let first = v[7] &+ sum1 &+ choice &+ constants[t] &+ w[t]
      let sum0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)
      let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
      v = [first &+ sum0 &+ majority, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
    }
    for i in 0..<8 { state[i] &+= v[i] }
  }

  private static func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }

  private static let primes: [Int] = {
    var found: [Int] = []
    var candidate = 2
    while found.count < 64 {
      if !found.contains(where: { candidate % $0 == 0 }) { found.append(candidate) }
      candidate += 1
    }
    return found
  }()

  /// The first 32 bits of the fractional parts of the square roots of the first 8 primes.
  private static let initial: [UInt32] = primes.prefix(8).map { fraction(Double($0).squareRoot()) }

  /// The same of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = primes.map { prime in
    // Newton's iteration: Double has 53 bits, of which at most 3 + 32 are needed.
    var root = 2.0
    for _ in 0..<60 { root -= (root * root * root - Double(prime)) / (3 * root * root) }
    return fraction(root)
  }

  private static func fraction(_ x: Double) -> UInt32 {
    UInt32((x - x.rounded(.down)) * 0x1p32)
  }
}
