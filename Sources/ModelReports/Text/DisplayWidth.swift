/// Columns that text takes in a terminal.
enum DisplayWidth {
  /// Columns of a text: two for each wide character (East Asian scripts, most emoji), none for
  /// marks that combine with the one before.
  static func of(_ text: String) -> Int { text.reduce(0) { $0 + of($1) } }

  private static func of(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0: return 0
    case 0x300...0x36f: return 0
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff,
      0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
      return 2
    default: return 1
    }
  }

  /// The text cut to some columns, with `ellipsis` where something is missing: a third of what is
  /// left before it, the rest behind, because names of nodes differ in their ends.
  static func cutMiddle(_ text: String, to columns: Int, ellipsis: String) -> String {
    let room = columns - of(ellipsis)
    guard of(text) > columns, room >= 4 else { return cut(text, to: columns, ellipsis: ellipsis) }
    let head = prefix(text, room / 3)
    let tail = prefix(String(text.reversed()), room - of(head))
    return head + ellipsis + String(tail.reversed())
  }

  private static func prefix(_ text: String, _ columns: Int) -> String {
    var result = ""
    var room = columns
    for character in text {
      room -= of(character)
      if room < 0 { break }
      result.append(character)
    }
    return result
  }

  /// The text cut to some columns, with `ellipsis` at the end where something is missing.
  static func cut(_ text: String, to columns: Int, ellipsis: String) -> String {
    guard of(text) > columns else { return text }
    return columns >= of(ellipsis)
      ? prefix(text, columns - of(ellipsis)) + ellipsis : String(text.prefix(max(0, columns)))
  }
}
