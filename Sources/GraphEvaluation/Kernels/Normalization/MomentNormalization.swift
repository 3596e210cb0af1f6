/// Normalizing rows of elements by their own mean and variance: what InstanceNormalization,
/// LayerNormalization and GroupNormalization share.
///
///     y = (x − mean) / √(variance + epsilon) · scale + shift
///
/// The sums accumulate in Double.
enum MomentNormalization {
  /// Mean and 1/√(variance + epsilon) of each row of `length` elements.
  static func moments<E: KernelFloat>(
    _ elements: [E], length: Int, epsilon: Double
  ) -> (mean: [Double], factor: [Double]) {
    let rows = length == 0 ? 0 : elements.count / length
    var mean = [Double](repeating: 0, count: rows)
    var factor = mean
    unsafe elements.withUnsafeBufferPointer { elements in
      for row in 0..<rows {
        let first = row * length
        var sum = 0.0
        for index in first..<(first + length) { sum += unsafe Double(elements[index]) }
        let center = sum / Double(length)
        var squares = 0.0
        for index in first..<(first + length) {
          let distance = unsafe Double(elements[index]) - center
          squares += distance * distance
        }
        mean[row] = center
        factor[row] = 1 / (squares / Double(length) + epsilon).squareRoot()
      }
    }
    return (mean, factor)
  }

  /// 1/√(mean of squares + epsilon) of each row.
  static func inverseRootMeanSquares<E: KernelFloat>(
    _ elements: [E], length: Int, epsilon: Double
  ) -> [Double] {
    let rows = length == 0 ? 0 : elements.count / length
    return (0..<rows).map { row in
      var squares = 0.0
      for index in (row * length)..<((row + 1) * length) {
        squares += Double(elements[index]) * Double(elements[index])
      }
      return 1 / (squares / Double(length) + epsilon).squareRoot()
    }
  }

  /// A parameter of any shape that broadcasts to `shape`, repeated to all its elements; where it
  /// spans whole trailing axes only, repeated to those.
  static func repeated<E: KernelFloat>(
    _ parameter: [E], _ shape: [Int], to target: [Int], trailing: Int
  ) throws -> [E] {
    let spansTrailing = shape.count <= trailing
    let full = spansTrailing ? Array(target.suffix(trailing)) : target
    guard try Broadcast.shape([shape, full]) == full else {
      throw EvaluationError.Problem.badInput("a parameter of shape \(shape) for \(target)")
    }
    var result: [E] = []
    result.reserveCapacity(full.reduce(1, *))
    try Broadcast([shape, full]).forEachRun { run in
      for index in 0..<run.count {
        result.append(parameter[run.first.0 + index * run.step.0])
      }
    }
    return result
  }
}
