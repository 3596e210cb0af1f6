/// Walks JSON text value by value, by the rules of `JSONReader` but without a tree: for headers that
/// may be large and must not be believed.
///
/// What a name that comes twice means is left to the caller. Numbers must lie in Double's range.
public struct JSONCursor {
  /// What a value begins with.
  public enum Kind: Sendable, Hashable {
    case object, array, string, number
    /// `true`, `false` or `null`.
    case word
    /// Nothing that a value can begin with.
    case none
  }

  private var reader: JSONReader
  private var depth = 0

  /// A walk over `bytes`, which begin at byte `base` of `file`.
  public init(_ bytes: [UInt8], file: String, base: Int = 0) {
    reader = JSONReader(bytes, file: file, base: base)
  }

  /// The byte of the file to be looked at next.
  public var offset: Int { reader.base + reader.position }

  /// What the next value is; blanks before it are passed.
  public mutating func kind() -> Kind {
    reader.skipSpace()
    guard let byte = reader.peek else { return .none }
    switch byte {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), 0x30...0x39: return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return .word
    default: return .none
    }
  }

  /// Walks an object: `member` is given each name with its byte, and has to pass the value.
  public mutating func object(
    _ member: (inout JSONCursor, String, Int) throws -> Void
  ) throws {
    try enter("{", "an object")
    reader.skipSpace()
    if !reader.takeIf("}") {
      repeat {
        guard kind() == .string else { throw reader.expected("a name in quotes") }
        let start = offset
        let name = try reader.string()
        reader.skipSpace()
        guard reader.takeIf(":") else { throw reader.expected("':'") }
        try member(&self, name, start)
        reader.skipSpace()
      } while reader.takeIf(",")
      guard reader.takeIf("}") else { throw reader.expected("',' or '}'") }
    }
    depth -= 1
  }

  /// Walks an array: `element` has to pass each value.
  public mutating func array(_ element: (inout JSONCursor) throws -> Void) throws {
    try enter("[", "a list")
    reader.skipSpace()
    if !reader.takeIf("]") {
      repeat {
        try element(&self)
        reader.skipSpace()
      } while reader.takeIf(",")
      guard reader.takeIf("]") else { throw reader.expected("',' or ']'") }
    }
    depth -= 1
  }

  /// A string.
  public mutating func string() throws -> String {
    guard kind() == .string else { throw reader.expected("a string") }
    return try reader.string()
  }

  /// A whole number that is not negative and fits 63 bits, without fraction or exponent.
  public mutating func wholeNumber() throws -> Int {
    guard kind() == .number else { throw reader.expected("a whole number") }
    let start = offset
    let text = try reader.number()
    guard let value = Int(text), text.first != "-" else {
      throw malformed(
        "\(text.printable(length: 40)) is no whole number from 0 that fits 63 bits", at: start)
    }
    return value
  }

  /// Passes `null` if it comes next.
  public mutating func skipNull() throws -> Bool {
    guard kind() == .word, reader.peek == UInt8(ascii: "n") else { return false }
    try reader.take("null")
    return true
  }

  /// Passes a value of whatever kind.
  public mutating func skipValue() throws {
    switch kind() {
    case .object: try object { cursor, _, _ in try cursor.skipValue() }
    case .array: try array { try $0.skipValue() }
    case .string: _ = try reader.string()
    case .number:
      let start = offset
      let text = try reader.number()
      guard let value = Double(text), value.isFinite else {
        throw malformed("\(text.printable(length: 40)) is beyond the range of numbers", at: start)
      }
    case .word where reader.peek == UInt8(ascii: "t"): try reader.take("true")
    case .word where reader.peek == UInt8(ascii: "f"): try reader.take("false")
    case .word: try reader.take("null")
    case .none: throw reader.expected("a value")
    }
  }

  /// Passes a value of whatever kind and gives its text as it stands.
  public mutating func text() throws -> String {
    reader.skipSpace()
    let start = reader.position
    try skipValue()
    return String(decoding: reader.bytes[start..<reader.position], as: UTF8.self)
  }

  /// Makes sure that only blanks follow.
  public mutating func end() throws {
    reader.skipSpace()
    guard reader.peek == nil else { throw reader.malformed("text after the end") }
  }

  private mutating func enter(_ bracket: Character, _ what: String) throws {
    reader.skipSpace()
    guard reader.takeIf(bracket) else { throw reader.expected(what) }
    depth += 1
    guard depth <= JSONReader.mostLevels else {
      throw FormatError(
        .limitExceeded(.depth, found: depth, allowed: JSONReader.mostLevels), at: reader.location)
    }
  }

  private func malformed(_ detail: String, at offset: Int) -> FormatError {
    FormatError(
      .malformed(field: "JSON", detail: detail),
      at: InputLocation(file: reader.location.file, position: .byte(offset)))
  }
}
