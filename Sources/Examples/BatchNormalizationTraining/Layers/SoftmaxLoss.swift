/// The cross-entropy of the softmax of class scores, averaged over the rows.
enum SoftmaxLoss {
  /// ℓ = −1/m Σ log softmax(x)[label], and ∂ℓ/∂x = (softmax(x) − onehot)/m.
  static func of<Number: TrainingFloat>(
    _ scores: Matrix<Number>, labels: [Int]
  ) -> (loss: Number, gradient: Matrix<Number>) {
    var gradient = scores
    var loss: Number = 0
    let (rows, classes) = (scores.rows, scores.columns)
    for row in 0..<rows {
      let start = row * classes
      var largest = scores.elements[start]
      for place in start..<start + classes { largest = max(largest, scores.elements[place]) }
      var sum: Number = 0
      for place in start..<start + classes {
        let power = Number.exponential(scores.elements[place] - largest)
        gradient.elements[place] = power
        sum += power
      }
      // In this order nothing is lost to large scores.
      loss += Number.logarithm(sum) - (scores.elements[start + labels[row]] - largest)
      let factor = 1 / (sum * Number(rows))
      for place in start..<start + classes { gradient.elements[place] *= factor }
      gradient.elements[start + labels[row]] -= 1 / Number(rows)
    }
    return (loss / Number(rows), gradient)
  }
}
