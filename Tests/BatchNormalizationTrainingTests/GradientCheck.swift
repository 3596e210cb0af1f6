import ModelVerification

@testable import BatchNormalizationTraining

/// Compares gradients with central differences, in Double.
enum GradientCheck {
  /// What the issue of a right gradient allows.
  static let bound = 1e-7

  /// The distance ‖g − f‖ / (‖g‖ + ‖f‖).
  static func distance(_ gradient: [Double], _ differences: [Double]) -> Double {
    func norm(_ numbers: [Double]) -> Double {
      numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    return norm(zip(gradient, differences).map { $0 - $1 }) / (norm(gradient) + norm(differences))
  }

  /// Central differences by each number of `values`, which are set back in the end.
  static func differences(
    _ values: inout [Double], _ loss: ([Double]) -> Double
  ) -> [Double] {
    let step = 1e-5
    return values.indices.map { place in
      let value = values[place]
      values[place] = value + step
      let above = loss(values)
      values[place] = value - step
      let below = loss(values)
      values[place] = value
      return (above - below) / (2 * step)
    }
  }

  static func normal(_ count: Int, seed: UInt64) -> [Double] {
    var numbers = SeededNumbers(seed: seed)
    return (0..<count).map { _ in numbers.normal() }
  }
}
