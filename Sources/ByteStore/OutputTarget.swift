#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The place an output is renamed to, decided once before anything is written.
///
/// A link that the user names stands for the file it points to: the link stays, and the file it
/// points to is replaced, with the temporary file beside it. Links to nothing, folders, pipes and
/// devices are refused (renaming over /dev/null would replace the device).
struct OutputTarget {
  var location: FilePath
  var exists: Bool

  init(_ path: String, links: AtomicFile.LinkPolicy) throws(FileAccessError) {
    func failure(_ problem: FileAccessError.Problem) -> FileAccessError {
      FileAccessError(operation: "create", path: path, problem: problem)
    }
    guard !path.isEmpty, !path.utf8.contains(0) else { throw failure(.system(errno: EINVAL)) }
    location = FilePath(path)
    var info = stat()
    guard unsafe lstat(path, &info) == 0 else {
      guard errno == ENOENT else { throw failure(.system(errno: errno)) }
      guard !location.name.isEmpty else { throw failure(.system(errno: EISDIR)) }
      exists = false
      return
    }
    exists = true
    if info.st_mode & S_IFMT == S_IFLNK && links == .replaceTarget {
      guard let resolved = unsafe realpath(path, nil) else { throw failure(.system(errno: errno)) }
      defer { unsafe free(resolved) }
      location = unsafe FilePath(String(cString: resolved))
      guard unsafe lstat(resolved, &info) == 0 else { throw failure(.system(errno: errno)) }
    } else if info.st_mode & S_IFMT == S_IFLNK {
      return
    }
    guard info.st_mode & S_IFMT == S_IFREG, !location.name.isEmpty else {
      throw failure(.notARegularFile)
    }
  }
}
