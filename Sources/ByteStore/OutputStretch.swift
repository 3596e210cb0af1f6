/// A stretch of a file that one thread fills in order.
///
/// Bytes are collected in a window that stands for whole pages of the file, and go there from
/// window to window, at whatever place and in whatever pieces they come: pieces at places of their
/// own cost ext4 two fifths more, and writers wait for one another (measured with Linux 6.18).
@safe public struct OutputStretch: ~Copyable {
  /// Bytes written at a time: they stay in the cache of a core.
  static let window = 256 << 10
  /// Bytes of the longest element.
  public static let longestUnit = 64
  private static let page = 4096
  /// How far from a page's start the buffer has the bytes that the file has there.
  ///
  /// AMD's processors copy five times slower where the target lies up to 31 bytes, modulo a page,
  /// behind the source. A model that grows by a few bytes would meet that all the way if the
  /// buffer stood to the output as the output to its pages.
  private static let shift = page / 2

  private let writer: PositionalWriter
  private let buffer: UnsafeMutableRawBufferPointer
  private let end: Int
  /// Where in the file the collected bytes belong.
  private var offset: Int
  /// How many are collected.
  private var filled = 0

  init(_ writer: PositionalWriter, at offset: Int, count: Int) {
    self.writer = writer
    self.offset = offset
    end = offset + count
    unsafe buffer = .allocate(
      byteCount: Self.shift + Self.window + Self.longestUnit, alignment: Self.page)
  }

  deinit { unsafe buffer.deallocate() }

  /// Bytes that have still to come.
  var missing: Int { end - offset - filled }

  /// Appends bytes; no more than were announced.
  public mutating func append(_ bytes: RawSpan) throws(FileAccessError) {
    checkAnnounced(bytes.byteCount)
    var done = 0
    while done < bytes.byteCount {
      let count = min(bytes.byteCount - done, Self.window - position)
      let room = unsafe room(count)
      unsafe bytes.extracting(done..<(done + count)).withUnsafeBytes {
        unsafe room.copyMemory(from: $0)
      }
      done += count
      try take(count)
    }
  }

  /// Appends bytes of a source, read where they are written from.
  public mutating func append(
    from source: ByteSource, _ range: Range<Int>
  ) throws {
    try unsafe append(count: range.count, unit: 1) { part, room in
      let start = range.lowerBound + part.lowerBound
      try unsafe source.read(start..<(start + part.count), into: room)
    }
  }

  /// Appends `count` bytes that `fill` makes where they are written from: it is given a range of
  /// them, of whole units of `unit` bytes, and the room for that range, at any alignment.
  public mutating func append(
    count: Int, unit: Int,
    _ fill: (_ part: Range<Int>, _ room: UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    checkAnnounced(count)
    precondition(unit <= Self.longestUnit && count % unit == 0, "not of whole units")
    var done = 0
    while done < count {
      // A unit may go beyond the window; what does is moved to the next.
      let units = (Self.window - position + unit - 1) / unit
      let part = done..<min(done + units * unit, count)
      try unsafe fill(part, room(part.count))
      done = part.upperBound
      try take(part.count)
    }
  }

  /// Writes what is collected.
  mutating func finish() throws(FileAccessError) {
    precondition(missing == 0, "a part shorter than announced")
    try flush(filled)
  }

  // MARK: The window

  /// Where in the window the next byte belongs.
  private var position: Int { offset % Self.window + filled }

  /// The place of the next `count` bytes.
  private func room(_ count: Int) -> UnsafeMutableRawBufferPointer {
    let start = Self.shift + position
    return unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[start..<(start + count)])
  }

  /// Counts bytes that were put into `room`.
  private mutating func take(_ count: Int) throws(FileAccessError) {
    filled += count
    let beyond = position - Self.window
    guard beyond >= 0 else { return }
    try flush(filled - beyond)
    guard beyond > 0 else { return }
    let start = Self.shift + Self.window
    unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[Self.shift...]).copyMemory(
      from: UnsafeRawBufferPointer(rebasing: buffer[start..<(start + beyond)]))
  }

  /// Writes the first `count` of the collected bytes.
  private mutating func flush(_ count: Int) throws(FileAccessError) {
    guard count > 0 else { return }
    let start = Self.shift + offset % Self.window
    try unsafe writer.write(
      UnsafeRawBufferPointer(rebasing: buffer[start..<(start + count)]), at: offset)
    offset += count
    filled -= count
  }

  private func checkAnnounced(_ count: Int) {
    precondition(count <= missing, "a part longer than announced")
  }
}
