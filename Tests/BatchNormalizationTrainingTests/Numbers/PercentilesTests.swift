import Testing

@testable import BatchNormalizationTraining

@Test("Percentiles are numpy's, in any order of the numbers")
func percentiles() {
  // numpy.percentile([0, 10, 20, 30, 40], [15, 50, 85])
  let found = Percentiles(of: [30, 0, 40, 10, 20])
  #expect(abs(found.low - 6) < 1e-12 && found.middle == 20 && abs(found.high - 34) < 1e-12)
  let one = Percentiles(of: [7])
  #expect(one.low == 7 && one.high == 7)
  #expect(Percentiles(of: []).middle.isNaN)
}
