/// Rows whose columns align, cut to the width at hand.
struct TextTable {
  /// One column.
  struct Column {
    /// Where cells stand in it.
    enum Alignment {
      case left
      case right
    }

    var title: String
    var alignment: Alignment
    /// Whether cells may be cut where the table would be too wide; the widest such column is.
    var isFlexible: Bool
    /// Whether cells are cut in their middle rather than at their end.
    var keepsEnds = false

    init(_ title: String, _ alignment: Alignment = .left, isFlexible: Bool = false) {
      self.title = title
      self.alignment = alignment
      self.isFlexible = isFlexible
    }
  }

  /// One row.
  struct Row {
    var cells: [String]
    /// The colours of cells, by column.
    var tones: [Int: TextStyle.Tone] = [:]
  }

  var columns: [Column]
  var rows: [Row] = []
  /// Spaces before the first column.
  var indent = 0

  init(_ columns: [Column], indent: Int = 0) {
    self.columns = columns
    self.indent = indent
  }

  mutating func add(_ cells: [String], tones: [Int: TextStyle.Tone] = [:]) {
    rows.append(Row(cells: cells, tones: tones))
  }

  /// The lines; the titles first where a column has one.
  func lines(_ style: TextStyle) -> [String] {
    let gap = 2
    let header = Row(
      cells: columns.map(\.title),
      tones: Dictionary(uniqueKeysWithValues: columns.indices.map { ($0, .strong) }))
    let shown = (columns.allSatisfy(\.title.isEmpty) ? [] : [header]) + rows
    let cells = shown.map { row in columns.indices.map { cell(row, $0, style) } }
    let widths = fitted(cells, gap: gap, style)
    return zip(shown, cells).map { row, texts in
      var line = String(repeating: " ", count: indent)
      for (position, column) in columns.enumerated() {
        let cut = column.keepsEnds ? DisplayWidth.cutMiddle : DisplayWidth.cut
        let text = cut(texts[position], widths[position], style.ellipsis)
        let padding = String(
          repeating: " ", count: max(0, widths[position] - DisplayWidth.of(text)))
        let colored = row.tones[position].map { style.colored(text, $0) } ?? text
        line += column.alignment == .right ? padding + colored : colored + padding
        if position < columns.count - 1 { line += String(repeating: " ", count: gap) }
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// Whether no line is wider than the style allows.
  func fits(_ style: TextStyle) -> Bool {
    let header = Row(cells: columns.map(\.title))
    let cells = ([header] + rows).map { row in columns.indices.map { cell(row, $0, style) } }
    let widths = fitted(cells, gap: 2, style)
    return widths.reduce(indent + 2 * (columns.count - 1), +) <= style.width
  }

  private func cell(_ row: Row, _ position: Int, _ style: TextStyle) -> String {
    position < row.cells.count ? style.plain(row.cells[position]) : ""
  }

  private func fitted(_ cells: [[String]], gap: Int, _ style: TextStyle) -> [Int] {
    var widths = columns.indices.map { column in
      cells.map { DisplayWidth.of($0[column]) }.max() ?? 0
    }
    var total = widths.reduce(indent + gap * (columns.count - 1), +)
    while total > style.width {
      // One column at a time from the widest: several flexible ones end up alike.
      let flexible = columns.indices.filter { columns[$0].isFlexible && widths[$0] > 8 }
      guard let widest = flexible.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      total -= 1
    }
    return widths
  }
}
