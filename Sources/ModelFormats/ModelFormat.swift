/// A file format by its name and the endings of its files' names.
public struct ModelFormat: Sendable, Hashable {
  /// The name users know it by: "ONNX".
  public var name: String
  /// Endings of file names without the dot, lower case, the usual one first.
  public var fileExtensions: [String]

  /// Makes a format from its parts.
  public init(name: String, fileExtensions: [String]) {
    self.name = name
    self.fileExtensions = fileExtensions
  }
}
