/// A moving view of a source for readers that go through it byte by byte.
///
/// A read inside the buffered part costs one range check; nothing is allocated. Memory sources are
/// read where they are. After a jump a file's window starts with 4 KiB and grows to its capacity
/// while reading goes on, so that skipping payloads costs little.
public struct ByteWindow: ~Copyable {
  /// The source read from.
  public let source: ByteSource
  /// The part of the source that may be read, in bytes from its start.
  public let range: Range<Int>

  private let capacity: Int
  /// Bytes to read next time; doubles while reads continue where the last ones ended.
  private var stride: Int
  /// The bytes of `bufferOffset...`; those in `validStart..<validEnd` may be handed out.
  @usableFromInline internal private(set) var buffer: [UInt8]
  @usableFromInline internal private(set) var bufferOffset: Int
  @usableFromInline internal private(set) var validStart: Int
  @usableFromInline internal private(set) var validEnd: Int

  private static let smallestStride = 4096

  /// A window over `range` (everything by default), buffering at most `capacity` bytes.
  ///
  /// Errors: `FileAccessError.truncated` when the range does not lie in the source.
  public init(
    _ source: ByteSource, range: Range<Int>? = nil, capacity: Int = 256 << 10
  ) throws(FileAccessError) {
    let range = range ?? 0..<source.count
    try source.checkInside(range)
    self.source = source
    self.range = range
    self.capacity = max(capacity, Self.smallestStride)
    stride = Self.smallestStride
    bufferOffset = 0
    if let memory = source.memory {
      buffer = memory
      validStart = range.lowerBound
      validEnd = range.upperBound
    } else {
      buffer = []
      validStart = 0
      validEnd = 0
    }
  }

  /// The byte at `offset` of the source.
  @inlinable
  public mutating func byte(at offset: Int) throws(FileAccessError) -> UInt8 {
    if offset < validStart || offset >= validEnd { try fill(from: offset, count: 1) }
    return buffer[offset &- bufferOffset]
  }

  /// The little-endian integer at `offset` of the source, whatever its alignment.
  @inlinable
  public mutating func load<Value: FixedWidthInteger>(
    _ type: Value.Type = Value.self, at offset: Int
  ) throws(FileAccessError) -> Value {
    let size = Value.bitWidth / 8
    if offset < validStart || offset > validEnd &- size { try fill(from: offset, count: size) }
    var value: Value = 0
    for index in 0..<size {
      let byte = Value(truncatingIfNeeded: buffer[offset &- bufferOffset &+ index])
      value |= byte << Value(truncatingIfNeeded: 8 * index)
    }
    return value
  }

  /// The base-128 varint at `offset`, with its length in bytes.
  ///
  /// Nil when it is not terminated before `limit`, is longer than ten bytes, or exceeds 64 bits.
  /// Over-long forms (trailing zero groups) are read, as protobuf does.
  @inlinable
  public mutating func varint(
    at offset: Int, limit: Int
  ) throws(FileAccessError) -> (value: UInt64, length: Int)? {
    var value: UInt64 = 0
    for length in 0..<10 {
      guard offset &+ length < limit else { return nil }
      let byte = try byte(at: offset &+ length)
      // The tenth byte holds bit 63 alone.
      if length == 9 && byte > 1 { return nil }
      value |= UInt64(byte & 0x7f) << UInt64(7 * length)
      if byte < 0x80 { return (value, length + 1) }
    }
    return nil
  }

  /// Hands out the bytes of `part` for the length of the call, buffered when they fit.
  public mutating func withBytes<Result>(
    _ part: Range<Int>, _ body: (RawSpan) throws -> Result
  ) throws -> Result {
    if part.lowerBound < validStart || part.upperBound > validEnd {
      let (count, overflow) = part.upperBound.subtractingReportingOverflow(part.lowerBound)
      try checkInside(part.lowerBound, count: overflow ? Int.max : count)
      guard part.count <= capacity else { return try source.withBytes(part, body) }
      if !part.isEmpty { try fill(from: part.lowerBound, count: part.count) }
    }
    guard !part.isEmpty else { return try body(RawSpan()) }
    let start = part.lowerBound - bufferOffset
    return try unsafe body(buffer.span.bytes.extracting(start..<(start + part.count)))
  }

  /// The text of `part`, or nil when it is not valid UTF-8.
  public mutating func string(_ part: Range<Int>) throws -> String? {
    try withBytes(part) { bytes in
      unsafe bytes.withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) }
    }
  }

  /// Buffers at least `count` bytes from `offset` on; not for memory, where all is valid already.
  @usableFromInline
  mutating func fill(from offset: Int, count needed: Int) throws(FileAccessError) {
    try checkInside(offset, count: needed)
    let continues = offset <= validEnd && offset >= validStart
    stride = continues ? min(stride * 2, capacity) : Self.smallestStride
    let end = min(offset + max(stride, needed), range.upperBound)
    if buffer.count < end - offset {
      let size = end - offset > Self.smallestStride ? max(capacity, end - offset) : end - offset
      buffer = [UInt8](repeating: 0, count: size)
    }
    validStart = 0
    validEnd = 0
    var failure: FileAccessError?
    let source = source
    unsafe buffer.withUnsafeMutableBytes { all in
      do throws(FileAccessError) {
        try unsafe source.read(
          offset..<end, into: UnsafeMutableRawBufferPointer(rebasing: all[..<(end - offset)]))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    bufferOffset = offset
    validStart = offset
    validEnd = end
  }

  private func checkInside(_ offset: Int, count: Int) throws(FileAccessError) {
    guard offset >= range.lowerBound, offset <= range.upperBound,
      count <= range.upperBound - offset
    else {
      throw FileAccessError(
        operation: "read", path: source.path,
        problem: .truncated(
          offset: offset, needed: count,
          available: max(0, range.upperBound - max(offset, range.lowerBound))))
    }
  }
}
