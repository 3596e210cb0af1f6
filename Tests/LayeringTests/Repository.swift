import FoundationEssentials

/// The files of this repository, as the tests about its order see them.
enum Repository {
  /// The folder that holds Package.swift.
  static let root: String = {
    var parts = #filePath.split(separator: "/")
    parts.removeLast(3)
    return "/" + parts.joined(separator: "/")
  }()

  /// Paths of the regular files under a folder, relative to the root, sorted; none when there is
  /// no such folder.
  static func files(under folder: String, endingIn suffix: String = "") throws -> [String] {
    guard isDirectory(folder) else { return [] }
    return try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)")
      .map { "\(folder)/\($0)" }
      .filter { $0.hasSuffix(suffix) && !isDirectory($0) && !$0.contains("__pycache__") }
      .sorted()
  }

  /// The lines of a file.
  static func lines(_ path: String) throws -> [Substring] {
    try text(path).split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// A file's text.
  static func text(_ path: String) throws -> String {
    try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
  }

  /// A file's bytes.
  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: "\(root)/\(path)")))
  }

  /// Names in the root folder.
  static func topLevel() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root).sorted()
  }

  private static func isDirectory(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder)
      && isFolder
  }
}
