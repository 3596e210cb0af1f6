import GraphEvaluation
import ModelIR
import TestSupport
import Testing

/// Norms and largest magnitudes against their definitions.
@Suite struct NormTests {
  private static let numbers: [Double] = {
    var random = SplitMix64(seed: 5)
    return (0..<111).map { $0 % 9 == 0 ? 0 : Double(Float(random.normal())) }
  }()

  private static func tensor(_ numbers: [Double], _ type: DataType) -> RuntimeTensor {
    RuntimeTensor(
      dataType: type, shape: [3, numbers.count / 3],
      elements: type == .float64 ? .double(numbers) : .float(numbers.map { Float($0) }))
  }

  @Test(arguments: [DataType.float32, .float64], [0, 0.5]) func rowNorms(
    type: DataType, least: Double
  ) {
    let norms = Self.tensor(Self.numbers, type).rowNorms(atLeast: least)
    #expect(norms.count == 3)
    for (row, norm) in norms.enumerated() {
      let sizes = Self.numbers[(37 * row)..<(37 * row + 37)].map { max(abs($0), least) }
      let expected = sizes.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(norm - expected) <= 1e-14 * expected)
    }
  }

  /// Fewer and more taps than are summed side by side, and channels that do not fill eight.
  @Test(
    arguments: [DataType.float32, .float64], [(1, 37), (37, 1), (9, 20), (40, 3), (3, 8), (5, 1)])
  func tapSquares(type: DataType, size: (taps: Int, channels: Int)) {
    var random = SplitMix64(seed: 6)
    let (rows, least) = (2, 0.125)
    let numbers = (0..<(rows * size.channels * size.taps)).map { _ in
      Double(Float(random.normal()))
    }
    let sums = RuntimeTensor(
      dataType: type, shape: [rows, size.channels, size.taps],
      elements: type == .float64 ? .double(numbers) : .float(numbers.map { Float($0) })
    ).tapSquares(atLeast: least)
    #expect(sums.count == rows * size.taps)
    for (place, sum) in sums.enumerated() {
      let (row, tap) = (place / size.taps, place % size.taps)
      let expected = (0..<size.channels).reduce(0.0) {
        let number = numbers[(row * size.channels + $1) * size.taps + tap]
        return $0 + max(number.magnitude, least) * max(number.magnitude, least)
      }
      #expect(abs(sum - expected) <= 1e-14 * expected)
    }
  }

  @Test(arguments: [DataType.float32, .float64]) func notANumberStaysOne(type: DataType) {
    var numbers = Self.numbers
    numbers[40] = .nan
    let norms = Self.tensor(numbers, type).rowNorms(atLeast: 1)
    #expect(norms[1].isNaN && norms[0].isFinite && norms[2].isFinite)
  }

  @Test(arguments: [DataType.float32, .float64]) func largestMagnitude(type: DataType) {
    for place in [0, 5, 15, 16, 95, 96, 110] {
      var numbers = Self.numbers
      numbers[place] = -100
      numbers[(place + 1) % 111] = .infinity
      numbers[(place + 2) % 111] = .nan
      #expect(Self.tensor(numbers, type).largestMagnitude == 100)
    }
    #expect(Self.tensor([.nan, .infinity, -.infinity], type).largestMagnitude == 0)
    #expect(RuntimeTensor([3, -7, 2], shape: [3]).largestMagnitude == 7)
  }
}
