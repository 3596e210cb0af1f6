/// Reads JSON strictly, as RFC 8259 has it, and remembers where everything stands.
///
/// Refused with the byte: anything after the document, names that come twice in an object (readers
/// differ on which counts), text that is not UTF-8, halves of surrogate pairs, a byte order mark,
/// and lists in lists deeper than `mostLevels`.
public struct JSONReader {
  /// Lists and objects inside one another that are read.
  public static let mostLevels = 64

  let bytes: [UInt8]
  private let file: String
  let base: Int
  var position = 0

  init(_ bytes: [UInt8], file: String, base: Int) {
    self.bytes = bytes
    self.file = file
    self.base = base
  }

  /// The document that the bytes hold; white space around it is allowed.
  ///
  /// - Parameters:
  ///   - file: the name that errors give.
  ///   - base: the offset of the first byte in that file; offsets of elements count from there.
  public static func document(
    _ bytes: [UInt8], file: String, base: Int = 0
  ) throws(FormatError) -> JSONElement {
    var reader = JSONReader(bytes, file: file, base: base)
    reader.skipSpace()
    let result = try reader.element(level: 0)
    reader.skipSpace()
    guard reader.position == bytes.count else { throw reader.malformed("text after the end") }
    return result
  }

  // MARK: Values

  private mutating func element(level: Int) throws(FormatError) -> JSONElement {
    let start = base + position
    guard let byte = peek else { throw truncated() }
    let content: JSONElement.Content
    switch byte {
    case UInt8(ascii: "{"): content = .object(try members(level: level))
    case UInt8(ascii: "["): content = .array(try elements(level: level))
    case UInt8(ascii: "\""): content = .string(try string())
    case UInt8(ascii: "t"):
      try take("true")
      content = .bool(true)
    case UInt8(ascii: "f"):
      try take("false")
      content = .bool(false)
    case UInt8(ascii: "n"):
      try take("null")
      content = .null
    default: content = .number(try number())
    }
    return JSONElement(content, at: start)
  }

  private mutating func members(level: Int) throws(FormatError) -> [JSONElement.Member] {
    try enter(level)
    var result: [JSONElement.Member] = []
    var names: Set<String> = []
    skipSpace()
    if takeIf("}") { return result }
    repeat {
      skipSpace()
      let offset = base + position
      guard peek == UInt8(ascii: "\"") else { throw expected("a name in quotes") }
      let start = position
      let name = try string()
      guard names.insert(name).inserted else {
        position = start
        throw malformed("the name \"\(name.printable())\" comes twice")
      }
      skipSpace()
      guard takeIf(":") else { throw expected("':'") }
      skipSpace()
      result.append(.init(name: name, offset: offset, value: try element(level: level + 1)))
      skipSpace()
    } while takeIf(",")
    guard takeIf("}") else { throw expected("',' or '}'") }
    return result
  }

  private mutating func elements(level: Int) throws(FormatError) -> [JSONElement] {
    try enter(level)
    var result: [JSONElement] = []
    skipSpace()
    if takeIf("]") { return result }
    repeat {
      skipSpace()
      result.append(try element(level: level + 1))
      skipSpace()
    } while takeIf(",")
    guard takeIf("]") else { throw expected("',' or ']'") }
    return result
  }

  private mutating func enter(_ level: Int) throws(FormatError) {
    guard level < Self.mostLevels else {
      throw FormatError(
        .limitExceeded(.depth, found: level + 1, allowed: Self.mostLevels), at: location)
    }
    position += 1
  }

  /// A number as RFC 8259 has it: −?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?.
  mutating func number() throws(FormatError) -> String {
    let start = position
    _ = takeIf("-")
    if !takeIf("0"), digits() == 0 {
      position = start
      throw expected("a value")
    }
    if takeIf("."), digits() == 0 { throw expected("a digit") }
    if takeIf("e") || takeIf("E") {
      if !takeIf("+") { _ = takeIf("-") }
      if digits() == 0 { throw expected("a digit") }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  mutating func digits() -> Int {
    let start = position
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  // MARK: Strings

  mutating func string() throws(FormatError) -> String {
    position += 1
    var content: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw malformed("a string that is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): content += try escaped()
      case 0..<0x20:
        position -= 1
        throw malformed("a control character in a string")
      default: content.append(byte)
      }
    }
    throw truncated()
  }

  /// What the character behind a backslash stands for, in UTF-8.
  private mutating func escaped() throws(FormatError) -> [UInt8] {
    guard let byte = peek else { throw truncated() }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0c]
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var code = try fourHexDigits()
      if (0xd800..<0xdc00).contains(code), takeIf("\\"), takeIf("u") {
        let low = try fourHexDigits()
        guard (0xdc00..<0xe000).contains(low) else { throw malformed("half a surrogate pair") }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw malformed("half a surrogate pair") }
      return Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default:
      position -= 1
      throw malformed("an unknown escape in a string")
    }
  }

  private mutating func fourHexDigits() throws(FormatError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek else { throw truncated() }
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw expected("four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  // MARK: Bytes

  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  mutating func takeIf(_ character: Character) -> Bool {
    guard let byte = peek, byte == character.asciiValue else { return false }
    position += 1
    return true
  }

  mutating func take(_ word: StaticString) throws(FormatError) {
    for character in "\(word)" where !takeIf(character) { throw expected("\"\(word)\"") }
  }

  // MARK: Errors

  var location: InputLocation {
    InputLocation(file: file, position: .byte(base + position))
  }

  func malformed(_ detail: String) -> FormatError {
    FormatError(.malformed(field: "JSON", detail: detail), at: location)
  }

  func expected(_ what: String) -> FormatError {
    guard let byte = peek else { return truncated() }
    let found = Character(Unicode.Scalar(byte))
    let shown = (0x21..<0x7f).contains(byte) ? "'\(found)'" : "byte \(byte)"
    return malformed("\(shown) where \(what) should be")
  }

  func truncated() -> FormatError {
    malformed("the text ends too early")
  }
}
