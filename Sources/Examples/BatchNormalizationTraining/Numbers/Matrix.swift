/// Numbers in rows and columns, row-major.
///
/// What flows between layers: a row for each sample and a column for each activation; or, around
/// convolutions, a row for each place of each sample (N, H, W in this order) and a column for each
/// feature map. Batch normalization is then one thing for both: it normalizes columns, over the
/// m samples of a mini-batch or over its m·p·q places (§3.2 of the paper).
struct Matrix<Number: TrainingFloat>: Sendable {
  var rows: Int
  var columns: Int
  var elements: [Number]

  init(rows: Int, columns: Int, elements: [Number]) {
    precondition(elements.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  init(rows: Int, columns: Int) {
    self.init(
      rows: rows, columns: columns, elements: [Number](repeating: 0, count: rows * columns))
  }

  /// The same numbers in rows of another length, which must divide their count.
  func reshaped(columns: Int) -> Matrix {
    Matrix(rows: elements.count / max(1, columns), columns: columns, elements: elements)
  }

  /// The numbers of a column.
  func column(_ column: Int) -> [Number] {
    (0..<rows).map { elements[$0 * columns + column] }
  }
}
