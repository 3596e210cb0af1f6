internal import ModelStatistics

/// How the population's variance is estimated from mini-batches; its mean is the mean of all
/// numbers either way.
public enum VarianceEstimator: String, Sendable, Hashable, CaseIterable {
  /// The variance of all numbers together: Σ(x − mean)² / n.
  case population
  /// The paper's: m/(m − 1) · E[σ_B²], the unbiased mean of the mini-batches' own variances.
  ///
  /// Mini-batches count by their degrees of freedom, m − 1:
  ///
  ///     Var = Σ_B m_B·σ_B² / Σ_B (m_B − 1)        m_B numbers of the channel in mini-batch B
  ///
  /// which is the paper's formula where all are of one size.
  /// Source: Ioffe and Szegedy, arXiv 1502.03167, Algorithm 2.
  case paper

  /// The variance of each channel; nil where there are too few numbers for one.
  public func variance(of moments: NormalizationMoments) -> [Double]? {
    guard moments.count > 0 else { return nil }
    switch self {
    case .population: return moments.channels.map(\.variance)
    case .paper:
      let freedom = moments.count - moments.batches
      guard freedom > 0 else { return nil }
      return moments.within.map { $0 / Double(freedom) }
    }
  }
}
