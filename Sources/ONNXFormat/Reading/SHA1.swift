internal import ByteStore

/// SHA-1 of a file, as the checksum of external data is given.
///
/// It tells a wrong or damaged file, not a forged one. Source: FIPS 180-4, section 6.1.
struct SHA1 {
  private var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
  private var schedule = [UInt32](repeating: 0, count: 80)

  /// The digest of a whole source in lower-case hexadecimal digits.
  static func hex(_ source: ByteSource) throws -> String {
    var sum = SHA1()
    let pieceSize = 1 << 20
    var offset = 0
    while offset + pieceSize <= source.count {
      sum.absorb(try source.bytes(offset..<(offset + pieceSize)))
      offset += pieceSize
    }
    var rest = try source.bytes(offset..<source.count)
    rest.append(0x80)
    while rest.count % 64 != 56 { rest.append(0) }
    let bits = UInt64(source.count) &* 8
    for index in 0..<8 { rest.append(UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * index))) }
    sum.absorb(rest)
    return sum.state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// Takes in whole blocks of 64 bytes.
  private mutating func absorb(_ bytes: [UInt8]) {
    for block in stride(from: 0, to: bytes.count, by: 64) {
      for t in 0..<16 {
        let i = block + 4 * t
        schedule[t] =
          UInt32(bytes[i]) << 24 | UInt32(bytes[i + 1]) << 16 | UInt32(bytes[i + 2]) << 8
          | UInt32(bytes[i + 3])
      }
      for t in 16..<80 {
        let mixed = schedule[t - 3] ^ schedule[t - 8] ^ schedule[t - 14] ^ schedule[t - 16]
        schedule[t] = Self.rotate(mixed, 1)
      }
      round()
    }
  }

  private mutating func round() {
    var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
    for t in 0..<80 {
      let (f, k): (UInt32, UInt32) =
        switch t / 20 {
        case 0: ((b & c) | (~b & d), 0x5a82_7999)
        case 1: (b ^ c ^ d, 0x6ed9_eba1)
        case 2: ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc)
        default: (b ^ c ^ d, 0xca62_c1d6)
        }
      let next = Self.rotate(a, 5) &+ f &+ e &+ k &+ schedule[t]
      (a, b, c, d, e) = (next, a, Self.rotate(b, 30), c, d)
    }
    for (index, word) in [a, b, c, d, e].enumerated() { state[index] &+= word }
  }

  private static func rotate(_ x: UInt32, _ bits: UInt32) -> UInt32 { x << bits | x >> (32 - bits) }
}
