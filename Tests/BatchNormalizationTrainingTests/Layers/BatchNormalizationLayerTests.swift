import Testing

@testable import BatchNormalizationTraining

@Suite("Batch normalization: Algorithm 1, its gradients, and the frozen layer")
struct BatchNormalizationLayerTests {
  private func layer(_ features: Int, seed: UInt64 = 3) -> BatchNormalizationLayer<Double> {
    let layer = BatchNormalizationLayer<Double>(features: features)
    layer.gamma.values = GradientCheck.normal(features, seed: seed)
    layer.beta.values = GradientCheck.normal(features, seed: seed + 1)
    return layer
  }

  @Test("Algorithm 1 gives what numpy gives")
  func forward() {
    // numpy 2: x.mean(0), x.var(0), gamma*(x-mean)/sqrt(var+1e-5)+beta
    let layer = BatchNormalizationLayer<Double>(features: 2)
    layer.gamma.values = [2, -0.5]
    layer.beta.values = [1, 3]
    let x = Matrix<Double>(rows: 4, columns: 2, elements: [1, 10, 2, 30, 4, 20, 9, 60])
    let y = layer.forward(x, keeps: true)
    #expect(layer.batchMean == [4, 30])
    #expect(layer.batchVariance == [9.5, 350])
    let expected = [
      -0.9466560290136152, 3.5345224761888137, -0.29777068600907697, 3, 1, 3.267261238094407,
      4.244426715022692, 2.19821628571678,
    ]
    for (found, wanted) in zip(y.elements, expected) { #expect(abs(found - wanted) < 1e-14) }
  }

  @Test("A feature map is normalized over samples and places together")
  func featureMaps() {
    // Two samples of 2×2 places, one map: rows are places, so one mean of all eight.
    let layer = BatchNormalizationLayer<Double>(features: 1, epsilon: 0)
    let x = Matrix<Double>(rows: 8, columns: 1, elements: [1, 1, 1, 1, 3, 3, 3, 3])
    #expect(layer.forward(x, keeps: false).elements == [-1, -1, -1, -1, 1, 1, 1, 1])
  }

  /// ℓ = Σ r·y with fixed r: its gradient by y is r.
  private func check(rows: Int, features: Int) -> (x: Double, gamma: Double, beta: Double) {
    let layer = layer(features)
    let weights = GradientCheck.normal(rows * features, seed: 7)
    var input = GradientCheck.normal(rows * features, seed: 8).map { 3 * $0 + 1 }
    func loss(_ x: [Double]) -> Double {
      let y = layer.forward(Matrix(rows: rows, columns: features, elements: x), keeps: true)
      return zip(y.elements, weights).reduce(0) { $0 + $1.0 * $1.1 }
    }
    _ = loss(input)
    let dx = layer.backward(Matrix(rows: rows, columns: features, elements: weights))
    let (toGamma, toBeta) = (layer.gamma.gradient, layer.beta.gradient)
    let byInput = GradientCheck.differences(&input, loss)
    var gamma = layer.gamma.values
    let byGamma = GradientCheck.differences(&gamma) { values in
      layer.gamma.values = values
      return loss(input)
    }
    layer.gamma.values = gamma
    var beta = layer.beta.values
    let byBeta = GradientCheck.differences(&beta) { values in
      layer.beta.values = values
      return loss(input)
    }
    return (
      GradientCheck.distance(dx.elements, byInput), GradientCheck.distance(toGamma, byGamma),
      GradientCheck.distance(toBeta, byBeta)
    )
  }

  @Test("Gradients by x, gamma and beta are those of finite differences", arguments: [2, 7, 24])
  func gradients(rows: Int) {
    let found = check(rows: rows, features: 5)
    #expect(found.gamma <= GradientCheck.bound)
    #expect(found.beta <= GradientCheck.bound)
    // Two rows are always ±1 after normalization, so that the gradient by x is all but zero.
    if rows > 2 { #expect(found.x <= GradientCheck.bound) }
  }

  @Test("A gradient without the terms of mean and variance is caught")
  func plantedError() {
    let (rows, features) = (7, 3)
    let layer = layer(features)
    let weights = GradientCheck.normal(rows * features, seed: 7)
    var input = GradientCheck.normal(rows * features, seed: 8)
    func loss(_ x: [Double]) -> Double {
      let y = layer.forward(Matrix(rows: rows, columns: features, elements: x), keeps: true)
      return zip(y.elements, weights).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let differences = GradientCheck.differences(&input, loss)
    _ = loss(input)
    let dy = Matrix<Double>(rows: rows, columns: features, elements: weights)
    var dx = layer.backward(dy).elements
    #expect(GradientCheck.distance(dx, differences) <= GradientCheck.bound)
    dx[4] *= 1 + 1e-5
    #expect(GradientCheck.distance(dx, differences) > GradientCheck.bound)
    let factors = layer.batchVariance.map { 1 / ($0 + 1e-5).squareRoot() }
    let constant = weights.indices.map { place in
      weights[place] * layer.gamma.values[place % features] * factors[place % features]
    }
    #expect(GradientCheck.distance(constant, differences) > 0.01)
  }

  @Test("The frozen layer uses the population's statistics, and no batch")
  func inference() {
    let layer = BatchNormalizationLayer<Double>(features: 1, epsilon: 0)
    layer.gamma.values = [3]
    layer.beta.values = [0.5]
    layer.population = PopulationStatistics(batches: [([2], [2]), ([4], [1])], m: 4)
    // E[x] = 3, Var[x] = 4/3 · 1.5 = 2: 3·(5 − 3)/√2 + 0.5
    let y = layer.infer(Matrix(rows: 1, columns: 1, elements: [5]))
    #expect(abs(y.elements[0] - (6 / 2.0.squareRoot() + 0.5)) < 1e-15)
  }
}
