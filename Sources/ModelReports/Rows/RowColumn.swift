/// A column of a table of rows: what it is called, and what a row has in it.
public struct RowColumn<Row>: Sendable {
  /// What a cell holds.
  enum Content: Sendable {
    /// A text.
    case text(@Sendable (Row) -> String)
    /// A number, and how it is written; nil where the row has none.
    case number(@Sendable (Row) -> Double?, @Sendable (Double) -> String)
    /// How often elements fall into bins of equal width.
    case histogram(@Sendable (Row) -> [Int])
  }

  /// What users call it in --columns and --sort.
  var key: String
  /// The heading.
  var title: String
  /// What a cell holds.
  var content: Content
  /// Whether texts may be cut where the table would be too wide.
  var isFlexible = false

  /// A column of texts.
  public static func text(
    _ key: String, _ title: String, isFlexible: Bool = false,
    _ value: @escaping @Sendable (Row) -> String
  ) -> RowColumn {
    RowColumn(key: key, title: title, content: .text(value), isFlexible: isFlexible)
  }

  /// A column of numbers of three digits that count.
  public static func number(
    _ key: String, _ title: String, _ value: @escaping @Sendable (Row) -> Double?
  ) -> RowColumn {
    RowColumn(key: key, title: title, content: .number(value, NumberText.significant))
  }

  /// A column of decibels.
  static func decibels(
    _ key: String, _ title: String, _ value: @escaping @Sendable (Row) -> Double?
  ) -> RowColumn {
    RowColumn(
      key: key, title: title,
      content: .number(value) { NumberText.fixed($0, decimals: 1) })
  }

  /// A column of whole numbers.
  public static func count(
    _ key: String, _ title: String, _ value: @escaping @Sendable (Row) -> Int?
  ) -> RowColumn {
    RowColumn(
      key: key, title: title,
      content: .number({ row in value(row).map(Double.init) }) { number in
        NumberText.grouped(Int(exactly: number.rounded()) ?? .max)
      })
  }

  /// A column of parts of a whole.
  public static func share(
    _ key: String, _ title: String, _ value: @escaping @Sendable (Row) -> Double?
  ) -> RowColumn {
    RowColumn(
      key: key, title: title,
      content: .number(value) { share in
        share > 0 && share < 0.0005
          ? "<0.1 %" : NumberText.fixed(share * 100, decimals: 1) + " %"
      })
  }

  /// A column of parts of a whole of which two decimals of a percent count.
  public static func percent(
    _ key: String, _ title: String, _ value: @escaping @Sendable (Row) -> Double?
  ) -> RowColumn {
    RowColumn(
      key: key, title: title,
      content: .number(value) { NumberText.fixed($0 * 100, decimals: 2) + " %" })
  }

  /// What a row has here, as people read it.
  func text(of row: Row, _ style: TextStyle) -> String {
    switch content {
    case .text(let value): value(row)
    case .number(let value, let text): value(row).map(text) ?? ""
    case .histogram(let value): Sparkline.text(value(row), columns: 12, style)
    }
  }

  /// Whether a row has anything here.
  func holds(something row: Row, _ style: TextStyle) -> Bool { !text(of: row, style).isEmpty }

  /// What rows are sorted by where it is a number.
  func number(of row: Row) -> Double? {
    if case .number(let value, _) = content { value(row) } else { nil }
  }

  var isNumber: Bool {
    if case .number = content { true } else { false }
  }
}
