#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A text file to which whole lines are appended, each on the disk before the next.
///
/// Several processes may append to the same file: each line goes down in one write.
public final class LineLog: Sendable {
  private let descriptor: Descriptor
  private let path: String

  /// Opens the file, or makes it.
  ///
  /// A last line that was cut off by a crash is ended first.
  public init(_ path: String) throws(FileAccessError) {
    let number = unsafe open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
    guard number >= 0 else {
      throw FileAccessError(operation: "create", path: path, problem: .system(errno: errno))
    }
    descriptor = Descriptor(number)
    self.path = path
    let end = lseek(number, 0, SEEK_END)
    var last: UInt8 = 0
    if end > 0, unsafe pread(number, &last, 1, end - 1) == 1, last != UInt8(ascii: "\n") {
      try write([UInt8(ascii: "\n")])
    }
  }

  /// Appends a line.
  public func append(_ line: String) throws(FileAccessError) {
    try write(Array("\(line)\n".utf8))
    // Pipes and some file systems cannot; there is nothing more to do then.
    _ = fsync(descriptor.number)
  }

  private func write(_ bytes: [UInt8]) throws(FileAccessError) {
    let writer = PositionalWriter(
      descriptor: descriptor.number, path: path, calls: .appending, start: 0)
    try unsafe writer.write(bytes.span.bytes, at: 0)
  }
}
