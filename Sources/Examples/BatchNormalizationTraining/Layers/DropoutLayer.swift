internal import ModelVerification

/// Dropout: in training each number is zeroed with probability p, and the others are divided by
/// 1 − p, so that nothing has to change afterwards.
final class DropoutLayer<Number: TrainingFloat> {
  let probability: Double
  private var numbers: SeededNumbers
  private var factors: [Number] = []

  init(probability: Double, seed: UInt64) {
    self.probability = probability
    numbers = SeededNumbers(seed: seed)
  }

  func forward(_ x: Matrix<Number>) -> Matrix<Number> {
    let kept = Number(1 / (1 - probability))
    factors = x.elements.indices.map { _ in numbers.uniform() < probability ? 0 : kept }
    return scaled(x)
  }

  func backward(_ dy: Matrix<Number>) -> Matrix<Number> { scaled(dy) }

  private func scaled(_ x: Matrix<Number>) -> Matrix<Number> {
    let factors = factors
    var y = x
    for place in y.elements.indices { y.elements[place] *= factors[place] }
    return y
  }
}
