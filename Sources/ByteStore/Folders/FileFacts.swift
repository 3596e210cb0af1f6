#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What tells whether a file is still the one that was seen before.
public struct FileFacts: Sendable, Hashable {
  /// Its length in bytes.
  public let count: Int
  /// When it was changed last, in nanoseconds since 1970.
  public let modified: Int

  /// Facts that were noted before.
  public init(count: Int, modified: Int) {
    self.count = count
    self.modified = modified
  }

  /// The facts of a regular file; nil where there is none.
  public init?(_ path: String) {
    var info = stat()
    guard unsafe stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
    count = Int(info.st_size)
    #if canImport(Darwin)
      let time = info.st_mtimespec
    #else
      let time = info.st_mtim
    #endif
    let (seconds, overflow) = Int(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    modified = overflow ? Int(time.tv_sec) : seconds &+ Int(time.tv_nsec)
  }
}
