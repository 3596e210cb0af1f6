/// A path cut at its last slash.
struct FilePath: Hashable {
  /// The folder as it can be opened: "." for a bare name, "/" for the root.
  var folder: String
  /// What stands before the name when the path is written: "" for a bare name.
  var prefix: String
  /// The last component; empty when the path ends in a slash.
  var name: String

  init(_ path: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else {
      folder = "."
      prefix = ""
      name = path
      return
    }
    let afterSlash = path.utf8.index(after: slash)
    prefix = String(path[..<afterSlash])
    folder = slash == path.utf8.startIndex ? "/" : String(path[..<slash])
    name = String(path[afterSlash...])
  }
}
