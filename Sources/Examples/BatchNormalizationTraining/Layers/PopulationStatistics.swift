/// Mean and variance of the population, estimated from mini-batches: *Algorithm 2*, line 10.
///
///     E[x]   = E_B[μ_B]
///     Var[x] = m/(m − 1) · E_B[σ²_B]
///
/// m counts what a mini-batch averages over: its samples, or its samples times the places of a
/// feature map. The factor makes the estimate unbiased. Accumulates in Double.
struct PopulationStatistics: Sendable, Hashable {
  private(set) var mean: [Double]
  private(set) var variance: [Double]

  /// What stands in a network that has seen nothing: mean 0, variance 1.
  init(features: Int) {
    mean = [Double](repeating: 0, count: features)
    variance = [Double](repeating: 1, count: features)
  }

  /// Statistics of mini-batches of m rows each; at least one batch, and m ≥ 2.
  init(batches: [(mean: [Double], variance: [Double])], m: Int) {
    precondition(!batches.isEmpty && m >= 2)
    let features = batches[0].mean.count
    mean = [Double](repeating: 0, count: features)
    variance = mean
    for batch in batches {
      for feature in 0..<features {
        mean[feature] += batch.mean[feature]
        variance[feature] += batch.variance[feature]
      }
    }
    let count = Double(batches.count)
    let unbiased = Double(m) / Double(m - 1)
    for feature in 0..<features {
      mean[feature] /= count
      variance[feature] = unbiased * (variance[feature] / count)
    }
  }
}
