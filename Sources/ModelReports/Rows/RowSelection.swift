public import ModelIR

/// Which rows and columns of a table a user wants to see, and in which order.
public struct RowSelection: Sendable, Hashable {
  /// Columns by key, in this order; nil: the table's own choice.
  public var columns: [String]?
  /// The column to sort by, numbers from the largest, texts from the first; nil: the model's order.
  public var sort: String?
  /// Rows of which a name matches one of these; none: all.
  public var patterns: [NamePattern]
  /// At most this many rows; nil: all.
  public var top: Int?

  /// All rows, the table's own columns, the model's order.
  public init(
    columns: [String]? = nil, sort: String? = nil, patterns: [NamePattern] = [], top: Int? = nil
  ) {
    self.columns = columns
    self.sort = sort
    self.patterns = patterns
    self.top = top
  }

  /// Whether some name of a row matches.
  func admits(_ names: [String]) -> Bool {
    patterns.isEmpty || patterns.contains { pattern in names.contains { pattern.matches($0) } }
  }
}
