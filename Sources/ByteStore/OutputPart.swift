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
}
