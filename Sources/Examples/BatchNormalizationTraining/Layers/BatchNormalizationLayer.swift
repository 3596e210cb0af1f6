/// Batch normalization of each column.
///
/// *Algorithm 1*, over the m rows of a mini-batch, for each column by itself:
///
///     μ  = 1/m Σ xᵢ                 σ² = 1/m Σ (xᵢ − μ)²
///     x̂ᵢ = (xᵢ − μ) / √(σ² + ε)     yᵢ = γ·x̂ᵢ + β
///
/// A row is a sample, or a place of a sample where columns are feature maps: then m = N·H·W.
/// Source: Ioffe and Szegedy, Batch Normalization, arXiv 1502.03167, §3.
final class BatchNormalizationLayer<Number: TrainingFloat> {
  let features: Int
  let epsilon: Number
  let gamma: Parameter<Number>
  let beta: Parameter<Number>
  /// What the frozen network normalizes with (Algorithm 2).
  var population: PopulationStatistics
  /// Mean and variance of the mini-batch that came last.
  private(set) var batchMean: [Number] = []
  private(set) var batchVariance: [Number] = []
  /// xᵢ − μ and x̂ᵢ of that mini-batch, for the gradient.
  private var centered = Matrix<Number>(rows: 0, columns: 0)
  private var normalized = Matrix<Number>(rows: 0, columns: 0)

  /// A layer that passes normalized numbers on as they are: gamma 1, beta 0.
  init(features: Int, epsilon: Number = 1e-5) {
    self.features = features
    self.epsilon = epsilon
    gamma = Parameter(
      name: "weight", shape: [features], isRegularized: false,
      values: [Number](repeating: 1, count: features))
    beta = Parameter(
      name: "bias", shape: [features], isRegularized: false,
      values: [Number](repeating: 0, count: features))
    population = PopulationStatistics(features: features)
  }

  /// Algorithm 1.
  func forward(_ x: Matrix<Number>, keeps: Bool) -> Matrix<Number> {
    let m = Number(x.rows)
    let mean = x.columnSums().map { $0 / m }
    var centered = x
    var variance = [Number](repeating: 0, count: features)
    for row in 0..<x.rows {
      let start = row * features
      for column in 0..<features {
        let distance = x.elements[start + column] - mean[column]
        centered.elements[start + column] = distance
        variance[column] += distance * distance
      }
    }
    for column in 0..<features { variance[column] /= m }
    var normalized = centered
    var y = centered
    let factors = variance.map { 1 / ($0 + epsilon).squareRoot() }
    let (scale, shift) = (gamma.values, beta.values)
    for row in 0..<x.rows {
      let start = row * features
      for column in 0..<features {
        let value = centered.elements[start + column] * factors[column]
        normalized.elements[start + column] = value
        y.elements[start + column] = scale[column] * value + shift[column]
      }
    }
    batchMean = mean
    batchVariance = variance
    if keeps {
      self.centered = centered
      self.normalized = normalized
    }
    return y
  }

  /// The gradients of §3.
  ///
  /// With m the rows of the mini-batch and the sums over them:
  ///
  ///     ∂ℓ/∂x̂ᵢ = ∂ℓ/∂yᵢ·γ
  ///     ∂ℓ/∂σ² = Σ ∂ℓ/∂x̂ᵢ·(xᵢ − μ)·(−½)·(σ² + ε)^(−3/2)
  ///     ∂ℓ/∂μ  = Σ ∂ℓ/∂x̂ᵢ·(−1/√(σ² + ε)) + ∂ℓ/∂σ²·Σ −2(xᵢ − μ)/m
  ///     ∂ℓ/∂xᵢ = ∂ℓ/∂x̂ᵢ/√(σ² + ε) + ∂ℓ/∂σ²·2(xᵢ − μ)/m + ∂ℓ/∂μ/m
  ///     ∂ℓ/∂γ  = Σ ∂ℓ/∂yᵢ·x̂ᵢ
  ///     ∂ℓ/∂β  = Σ ∂ℓ/∂yᵢ
  func backward(_ dy: Matrix<Number>) -> Matrix<Number> {
    let m = Number(dy.rows)
    let factors = batchVariance.map { 1 / ($0 + epsilon).squareRoot() }
    let (scale, centered, normalized) = (gamma.values, self.centered, self.normalized)
    var toGamma = [Number](repeating: 0, count: features)
    var normalizedSum = toGamma
    var projected = toGamma
    var centeredSum = toGamma
    for row in 0..<dy.rows {
      let start = row * features
      for column in 0..<features {
        let gradient = dy.elements[start + column]
        let toNormalized = gradient * scale[column]
        let distance = centered.elements[start + column]
        toGamma[column] += gradient * normalized.elements[start + column]
        normalizedSum[column] += toNormalized
        projected[column] += toNormalized * distance
        centeredSum[column] += distance
      }
    }
    gamma.gradient = toGamma
    beta.gradient = dy.columnSums()
    var toVariance = toGamma
    var toMean = toGamma
    for column in 0..<features {
      let factor = factors[column]
      toVariance[column] = projected[column] * -0.5 * factor * factor * factor
      toMean[column] =
        -normalizedSum[column] * factor + toVariance[column] * -2 * centeredSum[column] / m
    }
    var dx = dy
    for row in 0..<dy.rows {
      let start = row * features
      for column in 0..<features {
        let toNormalized = dy.elements[start + column] * scale[column]
        dx.elements[start + column] =
          toNormalized * factors[column]
          + toVariance[column] * 2 * centered.elements[start + column] / m + toMean[column] / m
      }
    }
    return dx
  }

  /// The frozen layer: y = γ·(x − E[x])/√(Var[x] + ε) + β.
  func infer(_ x: Matrix<Number>) -> Matrix<Number> {
    let mean = population.mean.map { Number($0) }
    let scale = (0..<features).map { column in
      gamma.values[column] / (Number(population.variance[column]) + epsilon).squareRoot()
    }
    let shift = beta.values
    var y = x
    for row in 0..<x.rows {
      let start = row * features
      for column in 0..<features {
        y.elements[start + column] =
          (x.elements[start + column] - mean[column]) * scale[column] + shift[column]
      }
    }
    return y
  }
}
