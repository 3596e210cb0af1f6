import ModelStatistics
import Testing

@testable import ModelCalibration

@Suite("Moments of a batch normalization")
struct MomentTests {
  /// Two channels of three mini-batches: 1 2 3 6 | 0 4 | 5, and the same plus 1000.
  private func seen() throws -> [NormalizationMoments] {
    try [[1, 2, 3, 6], [0, 4], [5]].map { numbers in
      var moments = NormalizationMoments()
      let batch = [Moments(numbers.map { Double($0) }), Moments(numbers.map { Double($0 + 1000) })]
      moments.add(batch: batch)
      return try #require(
        NormalizationMoments(
          channels: moments.channels, within: moments.within, batches: moments.batches))
    }
  }

  @Test func estimatorsByHand() throws {
    var all = NormalizationMoments()
    for part in try seen() { all.add(part) }
    #expect(all.count == 7 && all.batches == 3)
    // Σx = 21, mean 3; Σ(x − 3)² = 4+1+0+9+9+1+4 = 28, ÷ 7 = 4.
    #expect(all.channels.map(\.mean) == [3, 1003])
    let population = try #require(VarianceEstimator.population.variance(of: all))
    #expect(population.allSatisfy { abs($0 - 4) < 1e-12 })
    // Within: mean 3: 4+1+0+9 = 14; mean 2: 4+4 = 8; 0. (14 + 8 + 0) / (3 + 1 + 0) = 5.5.
    #expect(all.within == [22, 22])
    #expect(VarianceEstimator.paper.variance(of: all) == [5.5, 5.5])
  }

  @Test func partsAreJoinedInAnyOrder() throws {
    let parts = try seen()
    var one = parts[0]
    one.add(parts[1])
    one.add(parts[2])
    var two = parts[1]
    two.add(parts[2])
    var other = parts[0]
    other.add(two)
    for (a, b) in zip(one.channels, other.channels) {
      #expect(a.count == b.count && a.mean == b.mean)
      #expect(abs(a.sumOfSquares - b.sumOfSquares) < 1e-12)
    }
    let before = other
    other.add(NormalizationMoments())
    #expect(other == before)
  }

  @Test func tooFewNumbersHaveNoVariance() throws {
    #expect(VarianceEstimator.population.variance(of: NormalizationMoments()) == nil)
    let single = try seen()[2]
    #expect(VarianceEstimator.paper.variance(of: single) == nil)
    #expect(VarianceEstimator.population.variance(of: single) == [0, 0])
  }

  @Test func partsThatDoNotBelongTogether() throws {
    var moments = try seen()[0]
    var other = NormalizationMoments()
    other.add(batch: [Moments([1])])
    let before = moments
    let isTaken = moments.add(other)
    #expect(!isTaken)
    #expect(moments == before)
    let channel = Moments([1, 2])
    #expect(NormalizationMoments(channels: [channel], within: [], batches: 1) == nil)
    #expect(NormalizationMoments(channels: [channel], within: [-1], batches: 1) == nil)
    #expect(NormalizationMoments(channels: [channel], within: [0], batches: 3) == nil)
    #expect(NormalizationMoments(channels: [channel], within: [0], batches: 0) == nil)
    #expect(
      NormalizationMoments(channels: [channel, Moments([1])], within: [0, 0], batches: 1) == nil)
  }

  @Test func momentsThatNoNumbersHave() {
    #expect(Moments(count: -1, mean: 0, sumOfSquares: 0) == nil)
    #expect(Moments(count: 1, mean: 0, sumOfSquares: -1) == nil)
    #expect(Moments(count: 0, mean: 1, sumOfSquares: 0) == nil)
    #expect(Moments(count: 2, mean: 1.5, sumOfSquares: 0.5) == Moments([1, 2]))
  }

  @Test func channelsAreTakenOverBatchAndSpace() throws {
    // [2, 3, 2]: element (n, c, i) is 100n + 10c + i.
    let elements: [Double] = [0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121]
    let found = try #require(ChannelMoments.channels(of: elements, shape: [2, 3, 2]))
    #expect(found.map(\.mean) == [50.5, 60.5, 70.5])
    #expect(found.map(\.count) == [4, 4, 4])
    // 0 1 100 101 around 50.5: 2·(50.5² + 49.5²).
    #expect(found.allSatisfy { $0.sumOfSquares == 10001 })
    #expect(ChannelMoments.channels(of: elements, shape: [2, 3, 3]) == nil)
    #expect(ChannelMoments.channels(of: elements, shape: [12]) == nil)
  }

  @Test func aLargeMeanLeavesTheVarianceWhole() {
    // E[x²] − E[x]² would be 0 or worse here: 10⁹ ± 1 and 10⁹.
    let numbers = (0..<3000).map { 1e9 + Double($0 % 3 - 1) }
    var moments = NormalizationMoments()
    for start in stride(from: 0, to: 3000, by: 300) {
      moments.add(batch: [Moments(numbers[start..<(start + 300)])])
    }
    #expect(moments.channels[0].mean == 1e9)
    let variance = VarianceEstimator.population.variance(of: moments)?.first ?? 0
    #expect(abs(variance - 2 / 3.0) < 1e-12)
  }
}
