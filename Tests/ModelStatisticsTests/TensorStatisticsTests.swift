import ModelIR
import ModelStatistics
import Testing

// Expected numbers come from Tests/Recipes/tensor_statistics.py (numpy).
@Suite struct TensorStatisticsTests {
  private func series(_ count: Int) -> [Float] {
    (0..<count).map { Float($0 * 7919 % 10007 - 3000) }
  }

  private func tensor(_ elements: [Float], _ shape: [Int]? = nil) throws -> Tensor {
    let shape = try #require(TensorShape(shape ?? [elements.count]))
    return try #require(Tensor(elements, shape: shape))
  }

  private func isClose(_ found: Double, _ expected: Double) -> Bool {
    abs(found - expected) <= 1e-12 * abs(expected)
  }

  @Test func momentsQuantilesAndHistogram() throws {
    let found = try TensorStatistics(tensor(series(200_000)), bins: 8)
    #expect(isClose(found.moments.mean, 2003.02895))
    #expect(isClose(found.moments.standardDeviation, 2888.771877890654))
    #expect(found.quantiles == [-3000, -2900, -2500, -499, 2003, 4505, 6506, 6906, 7006])
    #expect(found.histogram == [25003, 25001, 25003, 24982, 25003, 25003, 25002, 25003])
    #expect(found.counts.minimum == -3000 && found.counts.maximum == 7006)
    #expect(found.counts.zeros == series(200_000).count { $0 == 0 })
  }

  @Test func oneFarElementDoesNotBlurTheQuantiles() throws {
    var elements = series(5000)
    elements[17] = 1e30
    let found = try TensorStatistics(tensor(elements), bins: 8)
    let expected = [
      -3000, -2897.01, -2500.05, -499.25, 2009.5, 4511.25, 6512.05, 6909.01, 1.0000000150474662e30,
    ]
    #expect(zip(found.quantiles, expected).allSatisfy { isClose($0, $1) })
    #expect(found.histogram == [4999, 0, 0, 0, 0, 0, 0, 1])
    #expect(isClose(found.moments.standardDeviation, 1.4140721552232851e28))
  }

  @Test func specialElementsAreCountedAndLeftOut() throws {
    let found = try TensorStatistics(
      tensor([.nan, .infinity, -.infinity, 0, -0.0, 0x1p-130, 3, -5]))
    #expect(found.counts.count == 8 && found.counts.finite == 5)
    #expect(found.counts.notNumbers == 1 && found.counts.infinities == 2)
    #expect(found.counts.zeros == 2 && found.counts.subnormals == 1)
    #expect(found.counts.absoluteMaximum == 5)
    #expect(found.quantiles.first == -5 && found.quantiles.last == 3)
    let nothing = try TensorStatistics(tensor([.nan]))
    #expect(nothing.quantiles.isEmpty && nothing.histogram.isEmpty)
    let empty = try TensorStatistics(tensor([]))
    #expect(empty.counts.count == 0 && empty.moments.mean == 0)
  }

  @Test func subnormalsDependOnTheType() throws {
    // 2⁻²⁰ as a half, of which 2⁻¹⁴ is the smallest normal one.
    let half = try #require(
      Tensor(dataType: .float16, shape: .vector(2), bytes: [0x10, 0x00, 0x00, 0x04]))
    let found = try TensorStatistics(half)
    #expect(found.counts.subnormals == 1)
    #expect(found.counts.minimum == 0x1p-20)
  }

  @Test func constantTensorsAndExtremes() throws {
    let same = try TensorStatistics(tensor([2, 2, 2]))
    #expect(same.quantiles == [Double](repeating: 2, count: 9))
    #expect(same.moments.standardDeviation == 0)
    let far = try #require(
      Tensor([-Double.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude], shape: .vector(3)))
    let ends = try TensorStatistics(far, bins: 4)
    #expect(ends.quantiles[4] == 0)
    #expect(ends.histogram.reduce(0, +) == 3)
  }

  @Test func channels() throws {
    let found = try ChannelStatistics(tensor(series(30), [2, 3, 5]), index: .axis(1))
    #expect(found.moments.map(\.mean).elementsEqual([1180.8, 2749.2, 2316.2], by: isClose))
    #expect(
      found.moments.map(\.standardDeviation).allSatisfy { isClose($0, 2914.8219431039006) })
    let last = try ChannelStatistics(tensor([1, -2, 3, 0, 5, 0], [2, 3]), index: .axis(1))
    #expect(last.counts.map(\.absoluteMaximum) == [1, 5, 3])
    #expect(last.spread == 5)
    // Rows 0 and 1 hold channels 0 and 1, rows 2 and 3 channels 2 and 3.
    let grouped = try ChannelStatistics(
      tensor([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]),
      index: ChannelIndex(memberAxis: 1, group: .init(axis: 0, size: 2, channels: 2)))
    #expect(grouped.counts.map(\.maximum) == [3, 4, 7, 8])
    let scalar = try ChannelStatistics(tensor([4], []), index: .axis(0))
    #expect(scalar.counts.map(\.maximum) == [4])
  }

  @Test func quantization() throws {
    var elements = series(120)
    for (row, factor) in [(0, 1), (1, 10), (2, 100), (3, 0.5)] as [(Int, Float)] {
      for column in 0..<30 { elements[row * 30 + column] *= factor }
    }
    let found = try QuantizationOutlook(tensor(elements, [4, 30]), index: .axis(0))
    #expect(abs(found.perTensor - 40.82307917554296) < 1e-9)
    #expect(abs(found.perChannel - 46.19613253161968) < 1e-9)
    #expect(found.spread.map { isClose($0, 202.29885057471265) } == true)
    let nothing = try QuantizationOutlook(tensor([0, 0], [2]), index: .axis(0))
    #expect(nothing.perTensor == .infinity && nothing.spread == nil)
  }

  @Test func momentsJoin() {
    let numbers = series(1000).map { Double($0) + 1e6 }
    let whole = Moments(numbers)
    var joined = Moments(numbers[..<3])
    joined.add(Moments(numbers[3..<3]))
    joined.add(Moments(numbers[3...]))
    var single = Moments()
    for number in numbers { single.add(number) }
    for other in [joined, single] {
      #expect(other.count == 1000)
      #expect(abs(other.mean - whole.mean) < 1e-9 * whole.mean)
      #expect(abs(other.variance - whole.variance) < 1e-9 * whole.variance)
    }
  }

  @Test func channelsOfValuesThatPassBy() {
    var moments = ChannelMoments()
    moments.add([1, 2, 10, 20, 3, 4, 30, 40], shape: [2, 2, 2])
    moments.add([5, 50], shape: [1, 2, 1])
    moments.add([1, 2, 3], shape: [1, 3])
    #expect(moments.channels.map(\.mean) == [3, 30])
    #expect(moments.channels.map(\.variance) == [2, 200])
  }
}
