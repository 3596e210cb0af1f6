/// A kind of table: all the columns it can have, and which it shows where nobody asks for others.
public struct RowTable<Row: Sendable>: Sendable {
  /// All columns.
  var columns: [RowColumn<Row>]
  /// Keys of those that are shown.
  var usual: [String]
  /// The names under which a row is found.
  var names: @Sendable (Row) -> [String]

  /// A kind of table; `names` are those under which a row is found.
  public init(
    columns: [RowColumn<Row>], usual: [String], names: @escaping @Sendable (Row) -> [String]
  ) {
    self.columns = columns
    self.usual = usual
    self.names = names
  }

  /// The rows that a user wants to see, in the order wanted.
  func rows(_ all: [Row], _ selection: RowSelection) -> [Row] {
    var rows = all.filter { selection.admits(names($0)) }
    if let column = columns.first(where: { $0.key == selection.sort }) {
      rows = sorted(rows, by: column)
    }
    if let top = selection.top { rows = Array(rows.prefix(max(0, top))) }
    return rows
  }

  /// Rows without a number, or with NaN, come last; rows that are alike stay in their order.
  private func sorted(_ rows: [Row], by column: RowColumn<Row>) -> [Row] {
    let order = rows.indices.sorted { a, b in
      if column.isNumber {
        let (x, y) = (place(rows[a], column), place(rows[b], column))
        return x == y ? a < b : x > y
      }
      let (x, y) = (column.text(of: rows[a], TextStyle()), column.text(of: rows[b], TextStyle()))
      return (x, a) < (y, b)
    }
    return order.map { rows[$0] }
  }

  private func place(_ row: Row, _ column: RowColumn<Row>) -> Double {
    let number = column.number(of: row) ?? -.infinity
    return number.isNaN ? -.infinity : number
  }

  /// The columns to show; keys that do not exist are passed over (commands refuse them).
  func shown(_ selection: RowSelection) -> [RowColumn<Row>] {
    (selection.columns ?? usual).compactMap { key in columns.first { $0.key == key } }
  }

  /// The table as text, and how many rows it leaves out.
  ///
  /// Where it is wider than the style allows, its last columns go, unless the user chose them.
  public func lines(
    _ all: [Row], _ selection: RowSelection, indent: Int = 0, _ style: TextStyle,
    tones: (Row, String) -> TextStyle.Tone? = { _, _ in nil }
  ) -> [String] {
    var shown = shown(selection)
    let rows = rows(all, selection)
    var table = text(rows, shown, indent, style, tones)
    while selection.columns == nil, shown.count > 2, !table.fits(style) {
      shown.removeLast()
      table = text(rows, shown, indent, style, tones)
    }
    var lines = table.lines(style)
    if rows.count < all.count {
      let counts = "\(NumberText.grouped(rows.count)) of \(NumberText.grouped(all.count)) shown"
      lines.append(style.colored(String(repeating: " ", count: indent) + counts, .faint))
    }
    return lines
  }

  private func text(
    _ rows: [Row], _ shown: [RowColumn<Row>], _ indent: Int, _ style: TextStyle,
    _ tones: (Row, String) -> TextStyle.Tone?
  ) -> TextTable {
    var table = TextTable(
      shown.map { column in
        var result = TextTable.Column(
          column.title, column.isNumber ? .right : .left, isFlexible: column.isFlexible)
        result.keepsEnds = true
        return result
      }, indent: indent)
    for row in rows {
      var colors: [Int: TextStyle.Tone] = [:]
      for (position, column) in shown.enumerated() {
        if let tone = tones(row, column.key) { colors[position] = tone }
      }
      table.add(shown.map { $0.text(of: row, style) }, tones: colors)
    }
    return table
  }
}
