#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Standard input and output as models: "-" on the command line.
public enum StandardStreams {
  /// What stays in memory of a standard input; more goes to a file without a name.
  private static let memoryLimit = 16 << 20

  /// The folder for files without a name: TMPDIR, or /tmp.
  public static var scratchFolder: String {
    guard let value = unsafe getenv("TMPDIR"), unsafe value.pointee != 0 else { return "/tmp" }
    return unsafe String(cString: value)
  }

  /// All of the standard input, as a source that can be read anywhere.
  ///
  /// A redirected file is read where it is, from its start; a pipe is read to its end first.
  public static func readInput() throws -> ByteSource {
    try read(STDIN_FILENO, memoryLimit: memoryLimit)
  }

  /// Copies a source to the standard output.
  ///
  /// Errors: `FileAccessError` of operation "write"; `isBrokenPipe` when nobody reads any more
  /// (with `TemporaryFiles.removeOnSignals` in force the process has ended before).
  public static func writeOutput(_ source: ByteSource) throws(FileAccessError) {
    var writer = DescriptorWriter(STDOUT_FILENO, path: "<stdout>")
    do {
      try writer.copy(from: source, 0..<source.count)
    } catch let error as FileAccessError {
      throw error
    } catch {
      throw FileAccessError(operation: "write", path: "<stdout>", problem: .system(errno: EIO))
    }
    try writer.flush()
  }

  static func read(_ descriptor: Int32, memoryLimit: Int) throws(FileAccessError) -> ByteSource {
    let name = "<stdin>"
    func failure(_ code: Int32) -> FileAccessError {
      FileAccessError(operation: "read", path: name, problem: .system(errno: code))
    }
    var info = stat()
    guard unsafe fstat(descriptor, &info) == 0 else { throw failure(errno) }
    if info.st_mode & S_IFMT == S_IFREG {
      let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
      guard copy >= 0 else { throw failure(errno) }
      return try ByteSource(takingOwnership: copy, path: name)
    }
    guard info.st_mode & S_IFMT != S_IFDIR else { throw failure(EISDIR) }
    var bytes: [UInt8] = []
    var spill: Spill?
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let got = unsafe piece.withUnsafeMutableBytes { buffer in unsafe readOnce(descriptor, buffer)
      }
      if got < 0 {
        if errno == EINTR { continue }
        throw failure(errno)
      }
      if got == 0 { break }
      bytes.append(contentsOf: piece[..<got])
      guard bytes.count > memoryLimit else { continue }
      if spill == nil { spill = try Spill(path: name) }
      try spill?.append(bytes)
      bytes.removeAll(keepingCapacity: true)
    }
    guard var spill else { return ByteSource(bytes, path: name) }
    try spill.append(bytes)
    return try spill.finish()
  }

  private static func readOnce(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int
  {
    #if canImport(Glibc)
      unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    #elseif canImport(Musl)
      unsafe Musl.read(descriptor, buffer.baseAddress, buffer.count)
    #else
      unsafe Darwin.read(descriptor, buffer.baseAddress, buffer.count)
    #endif
  }
}
