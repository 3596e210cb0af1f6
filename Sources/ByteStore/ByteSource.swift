#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Immutable bytes that many tensors share: a file read by `pread`, or memory.
///
/// Files are never mapped: a file that shrinks under a mapping kills the process by SIGBUS, and
/// reading pieces was measured as fast as `cp` at flat memory. Ranges are in bytes from the start.
@safe public final class ByteSource: Sendable {
  private enum Backing: Sendable {
    case memory([UInt8])
    case file(descriptor: Int32, modified: FileTime, identity: FileIdentity)
  }

  /// When a file was last changed, to the nanosecond the system keeps.
  struct FileTime: Sendable, Hashable {
    var seconds: Int
    var nanoseconds: Int
  }

  /// What tells whether two paths are the same file.
  private struct FileIdentity: Sendable, Hashable {
    var device: UInt64
    var number: UInt64
    var links: Int

    init(_ info: stat) {
      device = UInt64(truncatingIfNeeded: info.st_dev)
      number = UInt64(truncatingIfNeeded: info.st_ino)
      links = Int(truncatingIfNeeded: info.st_nlink)
    }
  }

  private let backing: Backing
  /// The file's path as given, or a description of where the bytes came from.
  public let path: String
  /// Length in bytes.
  public let count: Int

  /// Bytes in memory.
  public init(_ bytes: [UInt8], path: String = "<memory>") {
    backing = .memory(bytes)
    self.path = path
    count = bytes.count
  }

  /// Opens a regular file for reading.
  ///
  /// Errors: `FileAccessError` when it cannot be opened or is a directory, FIFO or device.
  public convenience init(file path: String) throws(FileAccessError) {
    // O_NONBLOCK: opening a FIFO must not hang before we can refuse it.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw FileAccessError(operation: "open", path: path, problem: .system(errno: errno))
    }
    try self.init(takingOwnership: descriptor, path: path)
  }

  /// Takes over an open descriptor of a regular file and closes it in the end.
  init(takingOwnership descriptor: Int32, path: String) throws(FileAccessError) {
    var info = stat()
    guard unsafe fstat(descriptor, &info) == 0 else {
      let code = errno
      close(descriptor)
      throw FileAccessError(operation: "open", path: path, problem: .system(errno: code))
    }
    guard info.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileAccessError(operation: "open", path: path, problem: .notARegularFile)
    }
    backing = .file(
      descriptor: descriptor, modified: Self.modificationTime(info), identity: FileIdentity(info))
    self.path = path
    count = Int(info.st_size)
  }

  deinit {
    if case .file(let descriptor, _, _) = backing { close(descriptor) }
  }

  private static func modificationTime(_ info: stat) -> FileTime {
    #if canImport(Darwin)
      FileTime(seconds: info.st_mtimespec.tv_sec, nanoseconds: info.st_mtimespec.tv_nsec)
    #else
      FileTime(seconds: info.st_mtim.tv_sec, nanoseconds: info.st_mtim.tv_nsec)
    #endif
  }

  /// The descriptor behind a file source, for copying inside the kernel.
  var fileDescriptor: Int32? {
    if case .file(let descriptor, _, _) = backing { descriptor } else { nil }
  }

  /// The bytes behind a memory source, to be read where they are.
  var memory: [UInt8]? {
    if case .memory(let bytes) = backing { bytes } else { nil }
  }

  /// How many names the file has; 1 for memory.
  ///
  /// More than one is usual in caches that share files.
  public var hardLinkCount: Int {
    if case .file(_, _, let identity) = backing { identity.links } else { 1 }
  }

  /// Whether `path`, links followed, is this very file.
  public func isFile(at path: String) -> Bool {
    guard case .file(_, _, let identity) = backing else { return false }
    var info = stat()
    guard unsafe stat(path, &info) == 0 else { return false }
    let other = FileIdentity(info)
    return other.device == identity.device && other.number == identity.number
  }

  /// Throws when a file's size or modification time changed since it was opened.
  public func checkUnchanged() throws(FileAccessError) {
    guard case .file(let descriptor, let modified, _) = backing else { return }
    var info = stat()
    guard unsafe fstat(descriptor, &info) == 0 else {
      throw FileAccessError(operation: "read", path: path, problem: .system(errno: errno))
    }
    guard Int(info.st_size) == count, Self.modificationTime(info) == modified else {
      throw FileAccessError(operation: "read", path: path, problem: .changedWhileReading)
    }
  }

  /// Hands out the bytes of `range` for the length of the call.
  ///
  /// Memory is lent as it is; a file's bytes are read into a buffer of the range's length first,
  /// so long ranges belong to `forEachPiece`.
  public func withBytes<Result>(
    _ range: Range<Int>, _ body: (RawSpan) throws -> Result
  ) throws -> Result {
    try checkInside(range)
    switch backing {
    case .memory(let bytes):
      return try unsafe body(bytes.span.bytes.extracting(range))
    case .file:
      let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(1, range.count), alignment: 64)
      defer { unsafe buffer.deallocate() }
      let filled = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<range.count])
      try unsafe read(range, into: filled)
      return try unsafe body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(filled)))
    }
  }

  /// A copy of the bytes of `range`.
  public func bytes(_ range: Range<Int>) throws(FileAccessError) -> [UInt8] {
    try checkInside(range)
    switch backing {
    case .memory(let bytes):
      return Array(bytes[range])
    case .file:
      var failure: FileAccessError?
      let copy = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, initialized in
        do throws(FileAccessError) {
          let target = UnsafeMutableRawBufferPointer(buffer)
          try unsafe read(
            range, into: UnsafeMutableRawBufferPointer(rebasing: target[..<range.count]))
          initialized = range.count
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      return copy
    }
  }

  /// Walks `range` in pieces of at most `pieceSize` bytes, each handed out for one call of `body`
  /// with its offset from the start of the source.
  public func forEachPiece(
    _ range: Range<Int>, pieceSize: Int = 1 << 20, _ body: (RawSpan, Int) throws -> Void
  ) throws {
    try checkInside(range)
    switch backing {
    case .memory(let bytes):
      try unsafe body(bytes.span.bytes.extracting(range), range.lowerBound)
    case .file:
      guard !range.isEmpty else { return }
      let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: min(pieceSize, range.count), alignment: 64)
      defer { unsafe buffer.deallocate() }
      var offset = range.lowerBound
      while offset < range.upperBound {
        let end = min(offset + pieceSize, range.upperBound)
        let filled = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<(end - offset)])
        try unsafe read(offset..<end, into: filled)
        try unsafe body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(filled)), offset)
        offset = end
      }
    }
  }

  /// Fills `destination` with the bytes of `range`; both have the same length.
  public func read(
    _ range: Range<Int>, into destination: UnsafeMutableRawBufferPointer
  ) throws(FileAccessError) {
    try checkInside(range)
    precondition(destination.count == range.count, "a buffer of another length")
    switch backing {
    case .memory(let bytes):
      unsafe bytes.withUnsafeBytes { all in
        unsafe destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[range]))
      }
    case .file(let descriptor, _, _):
      var done = 0
      while done < range.count {
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: destination[done...])
        let got = unsafe pread(
          descriptor, rest.baseAddress, rest.count, off_t(range.lowerBound + done))
        if got < 0 {
          if errno == EINTR { continue }
          throw FileAccessError(operation: "read", path: path, problem: .system(errno: errno))
        }
        guard got > 0 else {
          throw FileAccessError(operation: "read", path: path, problem: .changedWhileReading)
        }
        done += got
      }
    }
  }

  func checkInside(_ range: Range<Int>) throws(FileAccessError) {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      let (needed, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
      throw FileAccessError(
        operation: "read", path: path,
        problem: .truncated(
          offset: range.lowerBound, needed: overflow ? Int.max : needed,
          available: max(0, count - max(0, range.lowerBound))))
    }
  }
}
