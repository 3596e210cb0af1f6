internal import ByteStore

/// A file that a user gives as FILE, or as NAME=FILE.
enum NamedFile {
  /// Opens it; a path that exists is one, whatever signs are in it.
  ///
  /// Errors: `FileAccessError`.
  static func open(_ argument: String) throws -> (name: String?, ByteSource) {
    do {
      return (nil, try ByteSource(file: argument))
    } catch {
      guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
        throw error
      }
      let path = String(argument[argument.index(after: equals)...])
      return (String(argument[..<equals]), try ByteSource(file: path))
    }
  }
}
