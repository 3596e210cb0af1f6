/// SHA-256 (FIPS 180-4), piece by piece.
public struct SHA256: Sendable {
  private var state = initial
  /// Bytes that do not fill a block yet.
  private var rest: [UInt8] = []
  private var count: UInt64 = 0

  /// Nothing was added yet.
  public init() {}

  /// The digest of some bytes in lower-case hexadecimal.
  public static func hex(_ bytes: [UInt8]) -> String {
    var digest = SHA256()
    digest.add(bytes)
    return digest.hex
  }

  /// Adds the next bytes.
  public mutating func add(_ bytes: [UInt8]) { unsafe add(bytes.span.bytes) }

  /// Adds the next bytes.
  public mutating func add(_ bytes: RawSpan) {
    count &+= UInt64(bytes.byteCount)
    var start = 0
    if !rest.isEmpty {
      start = min(64 - rest.count, bytes.byteCount)
      for index in 0..<start { rest.append(Self.byte(bytes, index)) }
      guard rest.count == 64 else { return }
      let block = rest
      rest = []
      unsafe Self.absorb(block.span.bytes, 0, &state)
    }
    while bytes.byteCount - start >= 64 {
      Self.absorb(bytes, start, &state)
      start += 64
    }
    for index in start..<bytes.byteCount { rest.append(Self.byte(bytes, index)) }
  }

  /// Adds all bytes of a source.
  public mutating func add(_ source: ByteSource) throws {
    var copy = self
    try source.forEachPiece(0..<source.count) { piece, _ in copy.add(piece) }
    self = copy
  }

  /// The digest of everything so far, in lower-case hexadecimal.
  public var hex: String {
    var last = self
    let bits = count &* 8
    var padding: [UInt8] = [0x80]
    while (rest.count + padding.count) % 64 != 56 { padding.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) {
      padding.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
    last.add(padding)
    let digits = Array("0123456789abcdef")
    return String(
      last.state.flatMap { word in
        (0..<8).map { digits[Int(word >> UInt32(28 - 4 * $0) & 15)] }
      })
  }

  private static func byte(_ bytes: RawSpan, _ index: Int) -> UInt8 {
    unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt8.self)
  }

  private static func absorb(_ bytes: RawSpan, _ start: Int, _ state: inout [UInt32]) {
    let constants = Self.constants
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      for t in 0..<16 {
        unsafe w[t] = UInt32(
          bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self))
      }
      for t in 16..<64 {
        let s0 = unsafe rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3
        let s1 = unsafe rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10
        unsafe w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      var (e, f, g, h) = (state[4], state[5], state[6], state[7])
      for t in 0..<64 {
        let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
        let choice = (e & f) ^ (~e & g)
        let first = unsafe h &+ sum1 &+ choice &+ constants[t] &+ w[t]
        let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
        let majority = (a & b) ^ (a & c) ^ (b & c)
        (h, g, f, e) = (g, f, e, d &+ first)
        (d, c, b, a) = (c, b, a, first &+ sum0 &+ majority)
      }
      for (i, word) in [a, b, c, d, e, f, g, h].enumerated() { state[i] &+= word }
    }
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
