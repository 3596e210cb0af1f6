/// A stretch of an output whose length is known before its bytes are, so that several can be made
/// and written at once.
public struct OutputPart: Sendable {
  /// Its length in bytes.
  public let count: Int
  /// Appends exactly `count` bytes, in order and in any pieces, to the stretch it is given; on any
  /// thread.
  public let produce: @Sendable (_ output: inout OutputStretch) throws -> Void

  /// Makes a part from its length and what makes its bytes.
  public init(
    count: Int, produce: @escaping @Sendable (_ output: inout OutputStretch) throws -> Void
  ) {
    self.count = count
    self.produce = produce
  }

  /// A part whose bytes are there.
  public init(_ bytes: [UInt8]) {
    self.init(count: bytes.count) { output in try unsafe output.append(bytes.span.bytes) }
  }

  /// Parts that are copies of a source's bytes.
  public static func copies(of source: ByteSource, _ range: Range<Int>) -> [OutputPart] {
    stride(from: range.lowerBound, to: range.upperBound, by: largest).map { start in
      let part = start..<min(start + largest, range.upperBound)
      return OutputPart(count: part.count) { output in try output.append(from: source, part) }
    }
  }

  /// Bytes that a part has at most, about, where it can be divided.
  public static let largest = 4 << 20
  /// Bytes that are best computed at a time: they stay in the cache of a core.
  public static let piece = 64 << 10

  /// Produces the part and holds it to what it announced.
  func produceAll(_ output: inout OutputStretch) throws {
    let missing = output.missing - count
    try produce(&output)
    precondition(output.missing == missing, "a part of another length than announced")
  }

  /// Parts with the same bytes, of which all but the last are of at least `count` bytes.
  static func joined(_ parts: [OutputPart], toAtLeast count: Int) -> [OutputPart] {
    var result: [OutputPart] = []
    var small: [OutputPart] = []
    var smallCount = 0
    func join() {
      guard !small.isEmpty else { return }
      let joined = small
      result.append(
        OutputPart(count: smallCount) { output in
          for part in joined { try part.produceAll(&output) }
        })
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
