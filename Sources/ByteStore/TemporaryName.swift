internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Names of temporary files: `.NAME.bnfold-<pid>-<n>.tmp`, in the target's folder.
///
/// The owner holds a lock (flock) on its file as long as it needs it, so that another run can tell
/// a living file from one that a killed process left behind, across containers too.
enum TemporaryName {
  private static let counter = Atomic<Int>(0)
  /// The longest name that the file systems in use take, in bytes.
  private static let longestName = 255
  /// Room for `.bnfold-<pid>-<n>.tmp` with a leading dot.
  private static let room = 64
  /// Folders of many files are not searched to their end.
  private static let searchLimit = 10_000

  /// A name not given before by this process.
  static func next(for target: String) -> String {
    let number = counter.add(1, ordering: .relaxed).newValue
    return "\(prefix(for: target))\(getpid())-\(number).tmp"
  }

  /// Removes files of the same target whose owner has died.
  static func removeStale(for target: String, in folder: borrowing Descriptor) {
    let prefix = prefix(for: target)
    for name in names(in: folder, startingWith: prefix) {
      let middle = name.dropFirst(prefix.count).dropLast(4)
      let isNumbers = middle.allSatisfy { $0.isNumber || $0 == "-" }
      guard name.hasSuffix(".tmp"), isNumbers else { continue }
      let number = unsafe openat(
        folder.number, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
      guard number >= 0 else { continue }
      let file = Descriptor(number)
      if flock(file.number, LOCK_EX | LOCK_NB) == 0 {
        _ = unsafe unlinkat(folder.number, name, 0)
      }
    }
  }

  private static func prefix(for target: String) -> String {
    var name = target
    while name.utf8.count > longestName - room { name.removeLast() }
    return ".\(name).bnfold-"
  }

  private static func names(
    in folder: borrowing Descriptor, startingWith prefix: String
  ) -> [String] {
    // A second description of the folder: reading entries moves the position.
    let number = unsafe openat(folder.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { return [] }
    guard let listing = unsafe fdopendir(number) else {
      close(number)
      return []
    }
    defer { unsafe closedir(listing) }
    var found: [String] = []
    var seen = 0
    while seen < searchLimit, let entry = unsafe readdir(listing) {
      seen += 1
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasPrefix(prefix) { found.append(name) }
    }
    return found
  }
}
