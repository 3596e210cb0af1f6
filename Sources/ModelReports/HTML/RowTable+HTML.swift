extension RowTable {
  /// The table as HTML, with every column that has something in it and a field to filter rows by.
  ///
  /// Numbers carry their full value, so that columns sort by them and not by what is shown.
  public func html(_ rows: [Row], caption: String, columns keys: [String]? = nil) -> String {
    guard !rows.isEmpty else { return "" }
    let style = TextStyle(isUnicode: true)
    let shown = columns.filter { column in
      (keys?.contains(column.key) ?? true)
        && rows.contains { column.holds(something: $0, style) }
    }
    var text = """
      <div class="rows"><label class="filter">Filter \(HTMLText.escaped(caption)) \
      <input type="search" autocomplete="off" spellcheck="false"></label>\
      <output class="found" aria-live="polite">\(NumberText.grouped(rows.count))</output>
      <div class="scroll\(rows.count > 60 ? " long" : "")" tabindex="0" role="region" aria-label="\(HTMLText.escaped(caption))">\
      <table class="rows"><caption>\(HTMLText.escaped(caption))</caption><thead><tr>
      """
    for column in shown {
      let title = HTMLText.escaped(column.title.isEmpty ? column.key : column.title)
      text +=
        "<th scope=\"col\"\(column.isNumber ? " class=\"n\"" : "")>"
        + "<button type=\"button\">\(title)</button></th>"
    }
    text += "</tr></thead><tbody>\n"
    for row in rows {
      text += "<tr>"
      for (position, column) in shown.enumerated() {
        text += cell(row, column, isFirst: position == 0, style)
      }
      text += "</tr>\n"
    }
    return text + "</tbody></table></div></div>"
  }

  private func cell(
    _ row: Row, _ column: RowColumn<Row>, isFirst: Bool, _ style: TextStyle
  ) -> String {
    switch column.content {
    case .text(let value):
      let text = HTMLText.escaped(value(row))
      return isFirst ? "<th scope=\"row\">\(text)</th>" : "<td>\(text)</td>"
    case .number(let value, let shown):
      guard let number = value(row) else { return "<td class=\"n\"></td>" }
      return
        "<td class=\"n\" data-n=\"\(HTMLText.number(number))\">"
        + "\(HTMLText.escaped(shown(number)))</td>"
    case .histogram(let value):
      return "<td>\(HistogramChart.small(value(row)))</td>"
    }
  }
}
