/// A JSON document under way; members of objects keep their order.
public enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int)
  /// NaN and infinities, which JSON does not have, are written as null.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// A name and what it stands for.
  public struct Member: Sendable, Hashable {
    /// The name.
    public var name: String
    /// What it stands for.
    public var value: JSONValue

    /// Makes a member.
    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// An object of members in this order; members that are nil are left out.
  static func members(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    .object(members.compactMap { name, value in value.map { Member(name, $0) } })
  }

  static func strings(_ strings: [String]) -> JSONValue { .array(strings.map { .string($0) }) }

  /// The document as text, indented by two spaces, with a line feed at the end.
  public var text: String {
    var result = ""
    write(to: &result, indent: "\n")
    return result + "\n"
  }

  /// The document on one line, without a line feed.
  public var line: String {
    var result = ""
    write(to: &result, indent: nil)
    return result
  }

  /// `indent` is the line feed and the spaces before what stands on a line of its own; nil where
  /// everything stands on one.
  private func write(to text: inout String, indent: String?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += "\(value)"
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.write(value, to: &text)
    case .array(let elements):
      // Short lists of plain values stand on one line.
      let isFlat = elements.count <= 16 && elements.allSatisfy(\.isPlain)
      Self.list(elements, "[", "]", isFlat: isFlat, to: &text, indent: indent) {
        $0.write(to: &$1, indent: $2)
      }
    case .object(let members):
      Self.list(members, "{", "}", isFlat: false, to: &text, indent: indent) {
        Self.write($0.name, to: &$1)
        $1 += ": "
        $0.value.write(to: &$1, indent: $2)
      }
    }
  }

  private var isPlain: Bool {
    switch self {
    case .null, .bool, .integer, .number: true
    case .string(let text): text.utf8.count < 24
    case .array, .object: false
    }
  }

  private static func list<Element>(
    _ elements: [Element], _ open: String, _ close: String, isFlat: Bool, to text: inout String,
    indent: String?, _ write: (Element, inout String, String?) -> Void
  ) {
    guard !elements.isEmpty else {
      text += open + close
      return
    }
    let isFlat = isFlat || indent == nil
    let inner = indent.map { $0 + "  " }
    text += open
    for (position, element) in elements.enumerated() {
      if position > 0 { text += isFlat ? ", " : "," }
      if !isFlat { text += inner ?? "" }
      write(element, &text, inner)
    }
    text += (isFlat ? "" : indent ?? "") + close
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7f}"..<"\u{a0}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
