/// Numbers that training changes, with the gradient of the loss with respect to them.
final class Parameter<Number: TrainingFloat> {
  /// What it is called in a file, within its layer.
  let name: String
  /// Its extents there.
  let shape: [Int]
  /// Whether L2 regularization draws it to zero: weights, not biases, gamma and beta.
  let isRegularized: Bool
  var values: [Number]
  var gradient: [Number]

  init(name: String, shape: [Int], isRegularized: Bool, values: [Number]) {
    self.name = name
    self.shape = shape
    self.isRegularized = isRegularized
    self.values = values
    gradient = [Number](repeating: 0, count: values.count)
  }

  /// One step of gradient descent: w ← w − rate·(gradient + decay·w).
  func descend(rate: Number, decay: Number) {
    let decay = isRegularized ? decay : 0
    let gradient = gradient
    // Out of the object and back: a copy would be made where two hold the numbers.
    var updated: [Number] = []
    swap(&updated, &values)
    for place in updated.indices {
      updated[place] -= rate * (gradient[place] + decay * updated[place])
    }
    values = updated
  }
}
