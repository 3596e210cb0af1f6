/// A place in an input, precise enough to open a hex editor or a text editor at it.
public struct InputLocation: Sendable, Hashable {
  /// Where in the file.
  public enum Position: Sendable, Hashable {
    /// A byte offset from the start of the file.
    case byte(Int)
    /// A line and a column of a text file, both from 1.
    case text(line: Int, column: Int)
    /// The file as a whole.
    case none
  }

  /// One step down into a message: a field, which of its records, and how that one calls itself.
  public struct PathElement: Sendable, Hashable {
    /// The field's name in the schema: "node".
    public var field: String
    /// The ordinal among the records of a repeated field.
    public var index: Int?
    /// The record's own name.
    public var name: String?

    /// Makes a step from its parts.
    public init(_ field: String, _ index: Int? = nil, name: String? = nil) {
      self.field = field
      self.index = index
      self.name = name
    }
  }

  /// The file's path, or what the bytes came from.
  public var file: String
  /// Where in the file.
  public var position: Position
  /// The way from the outermost message to the place; empty where there is none.
  public var path: [PathElement]

  /// Makes a location from its parts.
  public init(file: String, position: Position = .none, path: [PathElement] = []) {
    self.file = file
    self.position = position
    self.path = path
  }
}

extension InputLocation: CustomStringConvertible {
  /// File, place and path: `model.onnx: byte 1234: graph.node[17] "bn3".input[4]`.
  public var description: String {
    var text = file
    switch position {
    case .byte(let offset): text += ": byte \(offset)"
    case .text(let line, let column): text += ":\(line):\(column)"
    case .none: break
    }
    if !path.isEmpty { text += ": " + path.map(\.description).joined(separator: ".") }
    return text
  }
}

extension InputLocation.PathElement: CustomStringConvertible {
  /// Field, ordinal and name: `node[17] "bn3"`.
  public var description: String {
    var text = field
    if let index { text += "[\(index)]" }
    if let name, !name.isEmpty { text += " \"\(name.printable())\"" }
    return text
  }
}
