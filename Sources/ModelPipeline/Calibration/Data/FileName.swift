/// Names of files without their folders: what stays the same when data is moved.
enum FileName {
  /// The last part of a path.
  static func of(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
