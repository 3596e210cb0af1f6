internal import ModelIR

/// Sums over a weight that a forward fold needs, per output channel o.
///
///     sums[o] = Σ W[i]·shift[c(i)]                 what the shift adds to the bias
///     κ[o] = √(Σ W′²·(mean² + variance)) / √(Σ W′²·variance)     with W′ = W·scale
///
/// κ is the factor by which rounding of the inputs grows when their mean is no longer taken away
/// before they are multiplied.
struct WeightSums {
  private(set) var sums: [Double]
  private var withMean: [Double]
  private var withoutMean: [Double]

  /// Sums in Double, over the unrounded elements.
  ///
  /// Complexity: one pass over the weight.
  init(_ weight: Tensor, _ place: WeightPlace, _ affine: AxisAffine) throws {
    var weight = weight
    if case .derived = weight.storage { weight.dataType = .float64 }
    let outputs = place.output.channelCount(in: weight.shape)
    sums = [Double](repeating: 0, count: outputs)
    withMean = sums
    withoutMean = sums
    let (scale, shift) = (affine.scale, affine.shift)
    let statistics = affine.site.statistics
    let moments = affine.map.map { channel -> (square: Double, variance: Double) in
      guard channel >= 0, let statistics else { return (0, 0) }
      let mean = statistics.mean[channel]
      return (mean * mean, max(0, statistics.variance[channel]))
    }
    let axes = place.index.axes + place.output.axes
    let strides = weight.shape.strides
    let run = axes.map { strides[$0] }.min() ?? max(1, weight.shape.elementCount)
    try weight.forEachDoubles { piece, range in
      var position = range.lowerBound
      while position < range.upperBound {
        let end = min((position / run + 1) * run, range.upperBound)
        var sum = 0.0
        var squares = 0.0
        for element in piece[(position - range.lowerBound)..<(end - range.lowerBound)] {
          sum += element
          squares += element * element
        }
        let input = Self.channel(place.index, position, strides, weight.shape)
        let output = Self.channel(place.output, position, strides, weight.shape)
        sums[output] += sum * shift[input] * place.scale
        squares *= scale[input] * scale[input]
        withMean[output] += squares * (moments[input].square + moments[input].variance)
        withoutMean[output] += squares * moments[input].variance
        position = end
      }
    }
  }

  /// The largest κ; 1 where nothing is known about the inputs.
  var amplification: Double {
    var largest = 1.0
    for o in sums.indices where withMean[o] > 0 {
      largest = max(largest, (withMean[o] / withoutMean[o]).squareRoot())
    }
    return largest
  }

  private static func channel(
    _ index: ChannelIndex, _ element: Int, _ strides: [Int], _ shape: TensorShape
  ) -> Int {
    func coordinate(_ axis: Int) -> Int {
      axis < 0 ? 0 : element / strides[axis] % shape.dimensions[axis]
    }
    let base = index.group.map { coordinate($0.axis) / $0.size * $0.channels } ?? 0
    return base + coordinate(index.memberAxis)
  }
}
