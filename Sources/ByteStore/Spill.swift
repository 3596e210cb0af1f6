#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A file without a name that takes what does not stay in memory.
struct Spill {
  private var writer: DescriptorWriter
  private let descriptor: Int32
  private let path: String

  init(path: String) throws(FileAccessError) {
    self.path = path
    // mkstemp replaces the letters at the end.
    let letters = String(repeating: "X", count: 6)
    var template = Array("\(StandardStreams.scratchFolder)/bnfold-stdin-\(letters)".utf8CString)
    descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else {
      throw FileAccessError(
        operation: "create", path: StandardStreams.scratchFolder, problem: .system(errno: errno))
    }
    _ = unsafe unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    writer = DescriptorWriter(descriptor, path: path)
  }

  mutating func append(_ bytes: [UInt8]) throws(FileAccessError) {
    var failure: FileAccessError?
    unsafe bytes.withUnsafeBytes { buffer in
      do throws(FileAccessError) { try unsafe writer.write(buffer) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  mutating func finish() throws(FileAccessError) -> ByteSource {
    try writer.flush()
    return try ByteSource(takingOwnership: descriptor, path: path)
  }
}
