internal import Foundation

/// Whole files, for tests.
public enum TestFiles {
  /// A file's bytes.
  public static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  /// Replaces a file's bytes, without another file in between.
  public static func overwrite(_ path: String, with bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: path))
  }

  /// A file's text.
  public static func text(_ path: String) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }

  /// Removes a file.
  public static func remove(_ path: String) throws {
    try FileManager.default.removeItem(atPath: path)
  }

  /// Whether something stands at a path.
  public static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }
}
