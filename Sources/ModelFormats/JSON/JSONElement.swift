/// A value of a JSON document that was read, with the byte at which it begins.
public struct JSONElement: Sendable, Hashable {
  /// What it is.
  public indirect enum Content: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number as it stands in the text; `JSONElement.integer` and `number` convert it.
    case number(String)
    case string(String)
    case array([JSONElement])
    /// Members in the order of the text; no name comes twice.
    case object([Member])
  }

  /// A member of an object.
  public struct Member: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// The byte at which the name begins.
    public var offset: Int
    /// Its value.
    public var value: JSONElement
  }

  /// The byte of the document at which it begins.
  public var offset: Int
  /// What it is.
  public var content: Content

  init(_ content: Content, at offset: Int) {
    self.content = content
    self.offset = offset
  }

  /// The member of this name, if this is an object that has one.
  public subscript(name: String) -> JSONElement? {
    members?.first { $0.name == name }?.value
  }

  /// The members of an object.
  public var members: [Member]? { if case .object(let members) = content { members } else { nil } }

  /// The elements of an array.
  public var elements: [JSONElement]? {
    if case .array(let elements) = content { elements } else { nil }
  }

  /// A string.
  public var string: String? { if case .string(let text) = content { text } else { nil } }

  /// True or false.
  public var bool: Bool? { if case .bool(let value) = content { value } else { nil } }

  /// A number written as an integer (no point, no exponent) that fits 64 bits.
  public var integer: Int? { if case .number(let text) = content { Int(text) } else { nil } }

  /// A number, rounded to Double.
  public var number: Double? { if case .number(let text) = content { Double(text) } else { nil } }

  /// Whether it is null.
  public var isNull: Bool { content == .null }

  /// The kind of value, for error messages: "a string".
  public var kind: String {
    switch content {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }
}
