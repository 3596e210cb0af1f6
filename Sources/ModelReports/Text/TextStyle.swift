/// How text for people may look where it goes: colours, characters beyond ASCII, columns.
public struct TextStyle: Sendable, Hashable {
  /// A meaning that a colour stands for; never the only sign of it.
  public enum Tone: Sendable, Hashable {
    /// Done, equal, better.
    case good
    /// Wrong.
    case bad
    /// To look at.
    case warning
    /// A heading.
    case strong
    /// Beside the point.
    case faint
  }

  /// Whether colours (ANSI) are wanted.
  public var usesColor: Bool
  /// Whether characters beyond ASCII can be shown.
  public var isUnicode: Bool
  /// Columns at hand.
  public var width: Int

  /// Makes a style; the default suits a file or pipe.
  public init(usesColor: Bool = false, isUnicode: Bool = false, width: Int = 80) {
    self.usesColor = usesColor
    self.isUnicode = isUnicode
    self.width = width
  }

  /// The text in the colour of a tone, or as it is.
  public func colored(_ text: String, _ tone: Tone) -> String {
    guard usesColor, !text.isEmpty else { return text }
    let code =
      switch tone {
      case .good: "32"
      case .bad: "31"
      case .warning: "33"
      case .strong: "1"
      case .faint: "2"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }

  /// What stands for text that was cut.
  var ellipsis: String { isUnicode ? "…" : "..." }
  /// From one thing to another.
  var arrow: String { isUnicode ? "→" : "->" }
  /// Times.
  var times: String { isUnicode ? "×" : "x" }
  /// A minus sign.
  var minus: String { isUnicode ? "−" : "-" }

  /// The text as it can be shown: control characters spelled out, and our own signs beyond ASCII
  /// where the terminal has no UTF-8 (names in files are not ours to change and stay).
  func plain(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let category = scalar.properties.generalCategory
      if category == .control || category == .format {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else if !isUnicode, let ascii = Self.ascii[scalar] {
        result += ascii
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static let ascii: [Unicode.Scalar: String] = [
    "…": "...", "→": "->", "×": "x", "−": "-", "·": "*", "≤": "<=", "≥": ">=",
  ]
}
