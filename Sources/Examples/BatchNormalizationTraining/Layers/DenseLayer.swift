internal import GraphEvaluation

/// A fully connected layer: y = x·Wᵀ + b, with W [outputs, inputs].
///
/// Before batch normalization there is no b: subtracting the mean would cancel it, and beta takes
/// its part (§3.2).
final class DenseLayer<Number: TrainingFloat> {
  let inputs: Int
  let outputs: Int
  let weight: Parameter<Number>
  let bias: Parameter<Number>?
  private var input = Matrix<Number>(rows: 0, columns: 0)

  init(inputs: Int, outputs: Int, hasBias: Bool, weights: [Number]) {
    self.inputs = inputs
    self.outputs = outputs
    weight = Parameter(
      name: "weight", shape: [outputs, inputs], isRegularized: true, values: weights)
    bias =
      hasBias
      ? Parameter(
        name: "bias", shape: [outputs], isRegularized: false,
        values: [Number](repeating: 0, count: outputs)) : nil
  }

  /// Shapes: `x` [rows, inputs] to [rows, outputs]; `x` is kept for the gradient where asked.
  func forward(_ x: Matrix<Number>, keeps: Bool) -> Matrix<Number> {
    if keeps { input = x }
    var y = Matrix<Number>(rows: x.rows, columns: outputs)
    if let bias = bias?.values {
      for row in 0..<x.rows {
        for column in 0..<outputs { y.elements[row * outputs + column] = bias[column] }
      }
    }
    Number.multiply(
      ArrayProduct.Size(m: x.rows, n: outputs, k: inputs), .init(x.elements),
      .init(transposed: weight.values), into: &y.elements, adding: bias != nil)
    return y
  }

  /// Sets ∂ℓ/∂W = dyᵀ·x and ∂ℓ/∂b = Σ dy, and gives ∂ℓ/∂x = dy·W.
  func backward(_ dy: Matrix<Number>) -> Matrix<Number> {
    Number.multiply(
      ArrayProduct.Size(m: outputs, n: inputs, k: dy.rows), .init(transposed: dy.elements),
      .init(input.elements), into: &weight.gradient, adding: false)
    if let bias { bias.gradient = dy.columnSums() }
    var dx = Matrix<Number>(rows: dy.rows, columns: inputs)
    Number.multiply(
      ArrayProduct.Size(m: dy.rows, n: inputs, k: outputs), .init(dy.elements),
      .init(weight.values), into: &dx.elements, adding: false)
    return dx
  }
}

extension Matrix {
  /// The sum of each column.
  func columnSums() -> [Number] {
    var sums = [Number](repeating: 0, count: columns)
    for row in 0..<rows {
      let start = row * columns
      for column in 0..<columns { sums[column] += elements[start + column] }
    }
    return sums
  }
}
