#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Buffered writing to a descriptor that somebody else owns.
///
/// Short writes, interruptions and descriptors that are not ready are waited out.
struct DescriptorWriter {
  private let descriptor: Int32
  private let path: String
  private let calls: SystemCalls
  private var buffer: [UInt8] = []
  private var used = 0
  /// Bytes taken so far, buffered ones included.
  private(set) var count = 0

  private static let capacity = 256 << 10
  /// From this length on, a copy inside the kernel pays for flushing the buffer.
  private static let copyThreshold = 64 << 10

  init(_ descriptor: Int32, path: String, calls: SystemCalls = .system) {
    self.descriptor = descriptor
    self.path = path
    self.calls = calls
  }

  /// Appends bytes.
  mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileAccessError) {
    if bytes.count > Self.capacity - used { try flush() }
    if bytes.count >= Self.capacity {
      try unsafe writeThrough(bytes)
    } else {
      prepareBuffer()
      let start = used
      unsafe buffer.withUnsafeMutableBytes { all in
        unsafe UnsafeMutableRawBufferPointer(rebasing: all[start...]).copyMemory(from: bytes)
      }
      used += bytes.count
    }
    count += bytes.count
  }

  /// Appends a part of a source, inside the kernel where both are files.
  mutating func copy(from source: ByteSource, _ range: Range<Int>) throws {
    try source.checkInside(range)
    if let memory = source.memory {
      try unsafe memory.withUnsafeBytes { all in
        try unsafe write(UnsafeRawBufferPointer(rebasing: all[range]))
      }
      return
    }
    guard range.count >= Self.copyThreshold else { return try copySmall(from: source, range) }
    try flush()
    var offset = range.lowerBound
    if let input = source.fileDescriptor {
      offset = try copyInKernel(from: input, range)
    }
    guard offset < range.upperBound else { return }
    try source.forEachPiece(offset..<range.upperBound) { piece, _ in
      try unsafe piece.withUnsafeBytes { bytes in
        try unsafe writeThrough(bytes)
        count += bytes.count
      }
    }
  }

  /// Writes what is buffered.
  mutating func flush() throws(FileAccessError) {
    guard used > 0 else { return }
    var failure: FileAccessError?
    unsafe buffer.withUnsafeBytes { all in
      do throws(FileAccessError) {
        try unsafe writeThrough(UnsafeRawBufferPointer(rebasing: all[..<used]))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    used = 0
  }

  /// Writes at places of its own, up to `added` bytes behind what is there; what is appended
  /// later comes behind those.
  ///
  /// `reserving` takes the room on the disk first.
  mutating func positional(
    for added: Int, reserving: Bool
  ) throws(FileAccessError) -> PositionalWriter {
    try flush()
    // Blocks that are there need no search for room with every page: a fifth less work (measured on
    // ext4), and a disk that is too full is told of at once. It is no error that a file system
    // cannot do this.
    if reserving, calls.reserve(descriptor, count, added) != 0, errno == ENOSPC {
      throw failure(ENOSPC)
    }
    guard lseek(descriptor, off_t(count + added), SEEK_SET) >= 0 else { throw failure(errno) }
    defer { count += added }
    return PositionalWriter(descriptor: descriptor, path: path, calls: calls, start: count)
  }

  /// Replaces bytes that were written and flushed before.
  func overwrite(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileAccessError) {
    try unsafe PositionalWriter(descriptor: descriptor, path: path, calls: calls, start: 0)
      .write(bytes, at: offset)
  }

  private mutating func prepareBuffer() {
    if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.capacity) }
  }

  private mutating func copySmall(
    from source: ByteSource, _ range: Range<Int>
  ) throws(FileAccessError) {
    if range.count > Self.capacity - used { try flush() }
    prepareBuffer()
    let target = used..<(used + range.count)
    var failure: FileAccessError?
    unsafe buffer.withUnsafeMutableBytes { all in
      do throws(FileAccessError) {
        try unsafe source.read(range, into: UnsafeMutableRawBufferPointer(rebasing: all[target]))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    used = target.upperBound
    count += range.count
  }

  /// Copies as much as the kernel is willing to; returns the source's offset reached.
  private mutating func copyInKernel(
    from input: Int32, _ range: Range<Int>
  ) throws(FileAccessError) -> Int {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let copied = calls.copyRange(input, offset, descriptor, range.upperBound - offset)
      if copied > 0 {
        offset += copied
        count += copied
        continue
      }
      if copied == 0 { break }
      switch errno {
      case EINTR: continue
      case ENOSPC, EDQUOT, EFBIG, EIO, ENOMEM: throw failure(errno)
      // Different devices, a file system or kernel without it: the caller reads and writes.
      default: break
      }
      break
    }
    return offset
  }

  private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws(FileAccessError) {
    var done = 0
    while done < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let written = unsafe calls.write(descriptor, rest)
      if written > 0 {
        done += written
        continue
      }
      // A write of nothing for no reason would loop for ever.
      let code = written == 0 ? EIO : errno
      switch code {
      case EINTR: continue
      case EAGAIN: waitUntilReady()
      default: throw failure(code)
      }
    }
  }

  private func waitUntilReady() {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&request, 1, -1)
  }

  private func failure(_ code: Int32) -> FileAccessError {
    FileAccessError(operation: "write", path: path, problem: .system(errno: code))
  }
}
