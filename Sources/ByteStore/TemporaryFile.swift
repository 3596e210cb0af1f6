#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A new, locked, registered temporary file beside its target.
struct TemporaryFile: ~Copyable {
  var name: String
  var descriptor: Descriptor
  /// Its place in `TemporaryFiles`.
  var place: Int

  /// Creates it in `folder`; `path` is what error messages name.
  init(
    for target: FilePath, in folder: borrowing Descriptor, path: String
  ) throws(FileAccessError) {
    for _ in 0..<100 {
      let name = TemporaryName.next(for: target.name)
      // Registered first: a signal in between must find it.
      let place = TemporaryFiles.register(target.prefix + name)
      let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
      let number = unsafe openat(folder.number, name, flags, 0o666)
      guard number >= 0 else {
        let code = errno
        TemporaryFiles.unregister(place)
        if code == EEXIST || code == EINTR { continue }
        throw FileAccessError(operation: "create", path: path, problem: .system(errno: code))
      }
      let descriptor = Descriptor(number)
      if Self.isOurs(descriptor) {
        self.name = name
        self.descriptor = descriptor
        self.place = place
        return
      }
      TemporaryFiles.unregister(place)
    }
    throw FileAccessError(operation: "create", path: path, problem: .system(errno: EEXIST))
  }

  /// Hands the descriptor to whoever writes.
  consuming func takeDescriptor() -> Descriptor { descriptor }

  /// Locks the file; false when another run took it for a stale one in the meantime.
  private static func isOurs(_ file: borrowing Descriptor) -> Bool {
    if flock(file.number, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK { return false }
    var info = stat()
    return unsafe fstat(file.number, &info) == 0 && info.st_nlink > 0
  }
}
