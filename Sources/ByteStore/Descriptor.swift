#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// An open file descriptor with one owner, closed in the end.
struct Descriptor: ~Copyable {
  /// The system's number for it.
  let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { close(number) }

  /// Gives the descriptor away: the caller closes it.
  consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }

  /// Opens a folder that the user named, following links; errors name `path`.
  static func folder(
    _ folder: String, operation: String, path: String
  ) throws(FileAccessError) -> Descriptor {
    let number = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else {
      throw FileAccessError(operation: operation, path: path, problem: .system(errno: errno))
    }
    return Descriptor(number)
  }
}
