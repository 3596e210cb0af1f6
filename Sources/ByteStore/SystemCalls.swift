#if canImport(Glibc)
  internal import CLinux
  internal import Glibc
#elseif canImport(Musl)
  internal import CLinux
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The calls by which output reaches the disk, replaceable by ones that fail in tests.
///
/// Each returns what the C function returns and leaves the reason in errno.
@safe struct SystemCalls: Sendable {
  var write: @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int
  var writeAt:
    @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int
  /// Inside the kernel, to the output's current position.
  var copyRange: @Sendable (_ from: Int32, _ offset: Int, _ to: Int32, _ count: Int) -> Int
  /// Takes room on the disk for bytes to come; EOPNOTSUPP where the file system cannot.
  var reserve: @Sendable (_ descriptor: Int32, _ offset: Int, _ count: Int) -> Int32
  var synchronize: @Sendable (_ descriptor: Int32) -> Int32
  var rename: @Sendable (_ folder: Int32, _ from: String, _ to: String) -> Int32

  /// The system's own.
  static let system = unsafe SystemCalls(
    write: { descriptor, bytes in
      // More than this at once the kernel does not take anyway.
      unsafe Self.write(descriptor, bytes.baseAddress, min(bytes.count, 1 << 30))
    },
    writeAt: { descriptor, bytes, offset in
      unsafe pwrite(descriptor, bytes.baseAddress, min(bytes.count, 1 << 30), off_t(offset))
    },
    copyRange: { from, offset, to, count in
      #if canImport(Darwin)
        errno = ENOSYS
        return -1
      #else
        var input = off_t(offset)
        // As fast as copy_file_range (measured), and declared without _GNU_SOURCE.
        return unsafe sendfile(to, from, &input, min(count, 1 << 30))
      #endif
    },
    reserve: { descriptor, offset, count in
      #if canImport(Darwin)
        errno = EOPNOTSUPP
        return -1
      #else
        // Not posix_fallocate, which writes into every block where the file system cannot.
        return fallocate(descriptor, 0, off_t(offset), off_t(count))
      #endif
    },
    synchronize: { descriptor in
      #if canImport(Darwin)
        // Plain fsync leaves the bytes in the drive's cache there.
        if fcntl(descriptor, F_FULLFSYNC) == 0 { return 0 }
      #endif
      return fsync(descriptor)
    },
    rename: { folder, from, to in unsafe renameat(folder, from, folder, to) })

  /// The system's own, for files that every write appends to, wherever it is meant to go.
  static let appending: SystemCalls = {
    var calls = system
    unsafe calls.writeAt = { descriptor, bytes, _ in unsafe system.write(descriptor, bytes) }
    return calls
  }()

  private static func write(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.write(descriptor, start, count)
    #elseif canImport(Musl)
      unsafe Musl.write(descriptor, start, count)
    #else
      unsafe Darwin.write(descriptor, start, count)
    #endif
  }
}
