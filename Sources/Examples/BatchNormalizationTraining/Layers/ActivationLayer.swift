/// An activation function.
final class ActivationLayer<Number: TrainingFloat> {
  let function: Activation
  private var output: [Number] = []

  init(_ function: Activation) { self.function = function }

  func forward(_ x: Matrix<Number>, keeps: Bool) -> Matrix<Number> {
    var y = x
    switch function {
    case .sigmoid:
      for place in y.elements.indices {
        y.elements[place] = 1 / (1 + Number.exponential(-x.elements[place]))
      }
    case .relu:
      // NaN stays NaN: a network that diverges must show it.
      for place in y.elements.indices where x.elements[place] < 0 { y.elements[place] = 0 }
    }
    if keeps { output = y.elements }
    return y
  }

  /// The derivative in terms of the output: y·(1 − y), or 1 where y > 0.
  func backward(_ dy: Matrix<Number>) -> Matrix<Number> {
    let output = output
    var dx = dy
    switch function {
    case .sigmoid:
      for place in dx.elements.indices {
        dx.elements[place] *= output[place] * (1 - output[place])
      }
    case .relu:
      for place in dx.elements.indices where !(output[place] > 0) { dx.elements[place] = 0 }
    }
    return dx
  }
}
