internal import ModelIR

/// Det: determinants of the last two axes, by elimination with pivots in Double.
///
/// Source: ONNX operators Det-11/22.
enum DeterminantKernel {
  static let table: [KernelEntry] = [KernelEntry("Det") { try determinant($0) }]

  private static func determinant(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    guard x.rank >= 2, x.shape[x.rank - 1] == x.shape[x.rank - 2] else {
      throw EvaluationError.Problem.badInput("the determinant of \(x.shape)")
    }
    let size = x.shape[x.rank - 1]
    let shape = Array(x.shape.dropLast(2))
    let numbers = x.doubles()
    let values = (0..<shape.reduce(1, *)).map { matrix in
      determinant(Array(numbers[(matrix * size * size)..<((matrix + 1) * size * size)]), size)
    }
    return context.inDouble
      ? try context.result(shape, values) : try context.result(shape, values.map { Float($0) })
  }

  private static func determinant(_ elements: [Double], _ size: Int) -> Double {
    var m = elements
    var result = 1.0
    for column in 0..<size {
      guard
        let pivot = (column..<size).max(by: {
          abs(m[$0 * size + column]) < abs(m[$1 * size + column])
        }), m[pivot * size + column] != 0
      else { return 0 }
      if pivot != column {
        for index in 0..<size { m.swapAt(pivot * size + index, column * size + index) }
        result = -result
      }
      let head = m[column * size + column]
      result *= head
      for row in (column + 1)..<max(size, column + 1) {
        let factor = m[row * size + column] / head
        for index in column..<size { m[row * size + index] -= factor * m[column * size + index] }
      }
    }
    return result
  }
}
