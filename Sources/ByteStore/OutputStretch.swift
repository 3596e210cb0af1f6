/// A stretch of a file that one thread fills in order; short pieces are collected first.
struct OutputStretch {
  /// Pieces from this length on are written as they are.
  private static let direct = 64 << 10

  private let writer: PositionalWriter
  /// Where the collected bytes belong.
  private var offset: Int
  private let end: Int
  private var collected: [UInt8] = []

  init(_ writer: PositionalWriter, at offset: Int, count: Int) {
    self.writer = writer
    self.offset = offset
    end = offset + count
  }

  /// Appends bytes; no more than were announced.
  mutating func append(_ bytes: RawSpan) throws(FileAccessError) {
    precondition(
      bytes.byteCount <= end - offset - collected.count, "a part longer than announced")
    if bytes.byteCount < Self.direct {
      unsafe bytes.withUnsafeBytes { unsafe collected.append(contentsOf: $0) }
      if collected.count >= Self.direct { try flush() }
    } else {
      try flush()
      try writer.write(bytes, at: offset)
      offset += bytes.byteCount
    }
  }

  /// Writes what is collected.
  mutating func finish() throws(FileAccessError) {
    try flush()
    precondition(offset == end, "a part shorter than announced")
  }

  private mutating func flush() throws(FileAccessError) {
    guard !collected.isEmpty else { return }
    try unsafe writer.write(collected.span.bytes, at: offset)
    offset += collected.count
    collected.removeAll(keepingCapacity: true)
  }
}
