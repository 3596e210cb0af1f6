/// Running text broken at spaces.
enum Paragraph {
  /// Lines of at most `style.width` columns, behind `label` or as many spaces.
  ///
  /// A word that is longer than a line stays whole; a no-break space (U+00A0) keeps its
  /// neighbours together.
  static func lines(_ text: String, label: String = "", _ style: TextStyle) -> [String] {
    let indent = String(repeating: " ", count: DisplayWidth.of(label))
    var lines: [String] = []
    var line = label
    var isEmpty = true
    for word in style.plain(text).split(separator: " ") {
      let width = DisplayWidth.of(line) + DisplayWidth.of(String(word)) + (isEmpty ? 0 : 1)
      if width > style.width && !isEmpty {
        lines.append(line)
        line = indent
        isEmpty = true
      }
      if !isEmpty { line += " " }
      line += word.map { $0 == "\u{A0}" ? " " : String($0) }.joined()
      isEmpty = false
    }
    lines.append(line)
    return lines
  }
}
