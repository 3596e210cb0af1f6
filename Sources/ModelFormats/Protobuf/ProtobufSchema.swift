/// What the scanner has to know of a protobuf format: its messages and what each field holds.
public struct ProtobufSchema: Sendable {
  /// How numbers of a field are written.
  public enum Scalar: Sendable, Hashable {
    /// Base-128 numbers.
    case varint
    /// Four bytes each.
    case fixed32
    /// Eight bytes each.
    case fixed64
  }

  /// What a field holds, and what becomes of it in the skeleton.
  public enum Content: Sendable, Hashable {
    /// A message; gone into.
    case message(String)
    /// A name: valid UTF-8 without NUL; copied.
    case string
    /// Prose that nothing depends on: left out; a warning where it is not valid UTF-8.
    case text
    /// A few bytes; copied.
    case bytes
    /// A number; copied.
    case number(Scalar)
    /// Bulk data as bytes: replaced by an index.
    case payloadBytes
    /// Bulk data as numbers: replaced by an index.
    case payload(Scalar)
  }

  /// One field of a message.
  public struct Field: Sendable {
    /// Its number.
    public var number: Int
    /// Its name.
    public var name: String
    /// What it holds.
    public var content: Content
    /// Whether it may occur more than once.
    public var isRepeated: Bool
    /// The position of its message in the schema; -1 for others.
    var message = -1

    /// Makes a field from its parts.
    public init(_ number: Int, _ name: String, _ content: Content, repeated: Bool = false) {
      self.number = number
      self.name = name
      self.content = content
      isRepeated = repeated
    }
  }

  /// One kind of message.
  public struct Message: Sendable {
    /// Its name.
    public var name: String
    /// The string field by which a record calls itself; 0 where there is none.
    public var nameField: Int
    /// Its fields.
    public var fields: [Field]
    /// The position in `fields` for each field number; -1 for unknown ones.
    private(set) var lookup: [Int] = []

    /// Makes a message from its parts.
    public init(_ name: String, nameField: Int = 0, _ fields: [Field]) {
      self.name = name
      self.nameField = nameField
      self.fields = fields
      lookup = Array(repeating: -1, count: (fields.map(\.number).max() ?? 0) + 1)
      for (position, field) in fields.enumerated() { lookup[field.number] = position }
    }

    /// The position of a field by its number; nil for unknown ones.
    func position(of number: Int) -> Int? {
      guard lookup.indices.contains(number), lookup[number] >= 0 else { return nil }
      return lookup[number]
    }

    /// A field by its number.
    public subscript(number: Int) -> Field? { position(of: number).map { fields[$0] } }
  }

  /// All messages; the first is that of a whole file.
  public private(set) var messages: [Message]

  /// Makes a schema; every message that a field names must be among `messages`.
  public init(_ messages: [Message]) {
    self.messages = messages
    let positions = Dictionary(
      uniqueKeysWithValues: messages.enumerated().map { ($0.element.name, $0.offset) })
    for m in messages.indices {
      precondition(messages[m].fields.count <= 64, "The scanner keeps one bit for each field")
      for f in messages[m].fields.indices {
        guard case .message(let name) = messages[m].fields[f].content else { continue }
        guard let position = positions[name] else {
          preconditionFailure("The schema has no message \(name)")
        }
        self.messages[m].fields[f].message = position
      }
    }
  }

  /// The position of a message by its name.
  func position(of name: String) -> Int? { messages.firstIndex { $0.name == name } }
}
