internal import ModelIR

/// MelWeightMatrix: triangular filters, evenly spaced on the mel scale.
///
///     mel(f) = 2595 · log₁₀(1 + f/700)
///
/// Result [⌊length/2⌋ + 1, bands]: filter i rises from edge i to 1 at edge i + 1 and falls to edge
/// i + 2, edges being whole bins. Computed in Double.
/// Source: ONNX operator MelWeightMatrix-17.
enum MelFilterKernel {
  static let table: [KernelEntry] = [KernelEntry("MelWeightMatrix") { try filters($0) }]

  private static func filters(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let numbers = try (0..<5).map { position -> Double in
      let input = try context.input(position)
      guard input.count == 1 else {
        throw EvaluationError.Problem.badInput("input \(position) of shape \(input.shape)")
      }
      return input.doubles()[0]
    }
    let (bands, length) = (Int(Int64(clamping: numbers[0])), Int(Int64(clamping: numbers[1])))
    guard bands >= 0, length >= 0, numbers[2] > 0, numbers[3] > -700, numbers[4] > -700 else {
      throw EvaluationError.Problem.badInput("bands, length, rate or edges \(numbers)")
    }
    let bins = length / 2 + 1
    let count = try context.count(of: [bins, bands])
    let edges = try edges(bands: bands, length: Double(length), numbers)
    guard edges.allSatisfy((0..<bins).contains) else {
      throw EvaluationError.Problem.badInput("edges beyond \(bins) bins")
    }
    var result = [Double](repeating: 0, count: count)
    for band in 0..<bands {
      let (low, centre, high) = (edges[band], edges[band + 1], edges[band + 2])
      result[centre * bands + band] = 1
      if low < centre {
        for bin in low..<centre {
          result[bin * bands + band] = Double(bin - low) / Double(centre - low)
        }
      }
      if centre < high {
        for bin in centre..<high {
          result[bin * bands + band] = Double(high - bin) / Double(high - centre)
        }
      }
    }
    let code = try context.int("output_datatype", default: 1)
    guard let type = Int32(exactly: code).flatMap({ DataType(rawValue: $0) }) else {
      throw EvaluationError.Problem.badInput("output_datatype \(code)")
    }
    let matrix = RuntimeTensor(
      dataType: .float64, shape: [bins, bands], elements: .double(result))
    return [try CastKernels.cast(matrix, to: type, saturating: true, context.precision)]
  }

  /// The bins of bands + 2 frequencies, ascending.
  private static func edges(
    bands: Int, length: Double, _ numbers: [Double]
  ) throws -> [Int] {
    func mel(_ frequency: Double) -> Double { 2595 * systemLog10(1 + frequency / 700) }
    let (low, high) = (mel(numbers[3]), mel(numbers[4]))
    // The standard's implementations divide by the number of edges, not of intervals.
    let step = (high - low) / Double(bands + 2)
    return (0..<(bands + 2)).map { index in
      let frequency = 700 * (systemPow(10, (low + Double(index) * step) / 2595) - 1)
      return Int(Int64(clamping: ((length + 1) * frequency / numbers[2]).rounded(.down)))
    }
  }
}
