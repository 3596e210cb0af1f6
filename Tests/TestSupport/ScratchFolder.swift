internal import Foundation

/// A folder of its own for one test, removed with everything in it in the end.
public final class ScratchFolder: Sendable {
  /// Its absolute path, without links and without a slash at the end.
  public let path: String

  /// Makes a new folder.
  public init() throws {
    let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
    path = base + "/bnfold-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a name inside.
  public func path(_ name: String) -> String { path + "/" + name }

  /// Writes a file (folders in its name are made) and gives its path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = URL(fileURLWithPath: path(name))
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  /// Copies a file into the folder and gives its path there.
  @discardableResult
  public func copy(_ source: String, as name: String? = nil) throws -> String {
    let target = path(name ?? String(source.split(separator: "/").last ?? "file"))
    try FileManager.default.copyItem(atPath: source, toPath: target)
    return target
  }

  /// Makes a symbolic link; folders in its name are made.
  public func link(_ name: String, to target: String) throws {
    let file = URL(fileURLWithPath: path(name))
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: file.path, withDestinationPath: target)
  }

  /// The bytes of a file inside, or nil.
  public func read(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path(name)).map { [UInt8]($0) }
  }

  /// The names of everything directly inside, hidden files too, sorted.
  public func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}
