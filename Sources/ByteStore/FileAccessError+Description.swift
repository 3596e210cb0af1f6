#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension FileAccessError: CustomStringConvertible {
  /// One line for people: `cannot open model.onnx: No such file or directory`.
  public var description: String { "cannot \(operation) \(path): \(problem)" }
}

extension FileAccessError.Problem: CustomStringConvertible {
  /// What went wrong, without the file's name.
  public var description: String {
    switch self {
    case .system(let code):
      unsafe String(cString: strerror(code))
    case .truncated(let offset, let needed, let available):
      "the file ends too early: \(needed) bytes needed at offset \(offset), \(available) left"
    case .changedWhileReading:
      "the file changed while it was read"
    case .notARegularFile:
      "not a regular file (a folder, pipe or device)"
    case .escapes(let reason):
      reason
    }
  }
}

extension FileAccessError {
  /// Whether the reader of a pipe has gone, as `| head` does: no error to report.
  public var isBrokenPipe: Bool { problem == .system(errno: EPIPE) }
}

extension FileAccessError {
  /// Whether the disk, a quota or a file size limit leaves no room.
  public var isOutOfSpace: Bool {
    guard case .system(let code) = problem else { return false }
    return [ENOSPC, EDQUOT, EFBIG].contains(code)
  }
}
