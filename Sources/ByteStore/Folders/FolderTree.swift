#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Folders and what is in them.
public enum FolderTree {
  /// Folders inside one another that are looked into.
  private static let mostLevels = 64

  /// Whether a path leads to a folder.
  public static func isFolder(_ path: String) -> Bool {
    var info = stat()
    return unsafe stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
  }

  /// The files below a folder whose path, as it is from there, is wanted; sorted by it.
  ///
  /// Hidden files and folders are passed over. Links to files count, links to folders are not
  /// followed, so that none is gone through twice.
  ///
  /// Errors: `FileAccessError` of operation "open" for a folder that cannot be read.
  public static func files(
    below folder: String, where isWanted: (String) -> Bool
  ) throws(FileAccessError) -> [String] {
    var result: [String] = []
    var pending = [(path: "", level: 0)]
    while let (inner, level) = pending.popLast() {
      for name in try names(in: inner.isEmpty ? folder : "\(folder)/\(inner)") {
        let path = inner.isEmpty ? name : "\(inner)/\(name)"
        var info = stat()
        guard unsafe lstat("\(folder)/\(path)", &info) == 0 else { continue }
        if info.st_mode & S_IFMT == S_IFDIR {
          if level < mostLevels { pending.append((path, level + 1)) }
        } else if isWanted(path) {
          guard unsafe stat("\(folder)/\(path)", &info) == 0 else { continue }
          if info.st_mode & S_IFMT == S_IFREG { result.append(path) }
        }
      }
    }
    return result.sorted()
  }

  /// Makes a folder and those above it, where they are missing.
  ///
  /// Errors: `FileAccessError` of operation "create".
  public static func make(_ folder: String) throws(FileAccessError) {
    guard !folder.isEmpty, !isFolder(folder) else { return }
    if unsafe mkdir(folder, 0o777) == 0 { return }
    let above = FilePath(folder).folder
    if errno == ENOENT, above != folder {
      try make(above)
      if unsafe mkdir(folder, 0o777) == 0 { return }
    }
    // Another process may have made it meanwhile.
    guard errno == EEXIST, isFolder(folder) else {
      throw FileAccessError(operation: "create", path: folder, problem: .system(errno: errno))
    }
  }

  /// The folder of a path: "." for a bare name.
  public static func folder(of path: String) -> String { FilePath(path).folder }

  private static func names(in folder: String) throws(FileAccessError) -> [String] {
    guard let stream = unsafe opendir(folder) else {
      throw FileAccessError(operation: "open", path: folder, problem: .system(errno: errno))
    }
    defer { unsafe closedir(stream) }
    var result: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 1) { unsafe String(cString: $0) }
      }
      if !name.hasPrefix(".") { result.append(name) }
    }
    return result
  }
}
