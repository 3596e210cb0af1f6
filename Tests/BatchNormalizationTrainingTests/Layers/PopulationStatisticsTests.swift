import Testing

@testable import BatchNormalizationTraining

@Suite("Algorithm 2")
struct PopulationStatisticsTests {
  @Test("Means of the batches' means, unbiased means of their variances")
  func estimate() {
    let statistics = PopulationStatistics(
      batches: [([1, -2], [4, 0]), ([3, 2], [8, 3]), ([2, 3], [3, 0])], m: 5)
    // 5/4 · (4 + 8 + 3)/3, 5/4 · 1
    #expect(statistics.mean == [2, 1])
    #expect(statistics.variance == [6.25, 1.25])
  }

  @Test("A network's batch normalizations see what training makes of the batches before them")
  func network() throws {
    let plan = NetworkPlan(
      input: ImageShape(height: 2, width: 2, channels: 1),
      hidden: [.convolution(channels: 2), .dense(2)],
      classes: 2, activation: .relu, isNormalized: true)
    let network = Network<Double>(plan, seed: 9)
    let batches = (0..<3).map {
      Matrix(rows: 4, columns: 4, elements: GradientCheck.normal(16, seed: UInt64($0)))
    }
    network.estimatePopulation(batches)
    // By hand, from the layers themselves: m counts places (one here) and samples.
    var sums = [0.0, 0.0]
    guard case .convolution(let convolution) = network.layers[0],
      case .normalization(let layer) = network.layers[1]
    else { throw Unexpected() }
    for batch in batches {
      let y = convolution.forward(batch.reshaped(columns: 1), keeps: false)
      #expect(y.rows == 4)
      for feature in 0..<2 {
        let column = y.column(feature)
        let mean = column.reduce(0, +) / 4
        sums[feature] += column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3
      }
    }
    for feature in 0..<2 {
      #expect(abs(layer.population.variance[feature] - sums[feature] / 3) < 1e-14)
    }
  }

  struct Unexpected: Error {}
}
