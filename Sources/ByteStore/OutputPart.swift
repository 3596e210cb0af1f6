/// A stretch of an output whose length is known before its bytes are, so that several can be made
/// and written at once.
public struct OutputPart: Sendable {
  /// Its length in bytes.
  public let count: Int
  /// Hands exactly `count` bytes, in order and in any pieces, to the function it is given; on any
  /// thread.
  public let produce: @Sendable (_ take: (RawSpan) throws -> Void) throws -> Void

  /// Makes a part from its length and what makes its bytes.
  public init(
    count: Int, produce: @escaping @Sendable (_ take: (RawSpan) throws -> Void) throws -> Void
  ) {
    self.count = count
    self.produce = produce
  }

  /// A part whose bytes are there.
  public init(_ bytes: [UInt8]) {
    self.init(count: bytes.count) { take in try unsafe take(bytes.span.bytes) }
  }

  /// Parts that are copies of a source's bytes.
  public static func copies(of source: ByteSource, _ range: Range<Int>) -> [OutputPart] {
    stride(from: range.lowerBound, to: range.upperBound, by: largest).map { start in
      let part = start..<min(start + largest, range.upperBound)
      return OutputPart(count: part.count) { take in
        try source.forEachPiece(part, pieceSize: piece) { bytes, _ in try take(bytes) }
      }
    }
  }

  /// Bytes that a part has at most, about, where it can be divided.
  public static let largest = 4 << 20
  /// Bytes that are best read or computed at a time: they stay in the cache of a core.
  public static let piece = 256 << 10

  /// Parts with the same bytes, of which all but the last are of at least `count` bytes.
  static func joined(_ parts: [OutputPart], toAtLeast count: Int) -> [OutputPart] {
    var result: [OutputPart] = []
    var small: [OutputPart] = []
    var smallCount = 0
    func join() {
      guard !small.isEmpty else { return }
      let joined = small
      result.append(
        OutputPart(count: smallCount) { take in for part in joined { try part.produce(take) } })
      small = []
      smallCount = 0
    }
    for part in parts {
      if part.count >= count { join() }
      small.append(part)
      smallCount += part.count
      if smallCount >= count { join() }
    }
    join()
    return result
  }
}
