public import ModelIR

/// How one form of a layer's weight uses its range.
public struct WeightProfile: Sendable, Hashable {
  /// What 8 bits would lose.
  public var quantization: QuantizationOutlook
  /// The largest distance from 0.
  public var absoluteMaximum: Double
  /// |element| at most, by output channel.
  public var channelMaxima: [Double]
  /// Elements in bins of equal width from −`range` to `range`.
  public var histogram: [Int]
  /// The end of the histogram.
  public var range: Double

  /// Reads a weight; its histogram ends at `range`, or at its own maximum.
  ///
  /// Complexity: four passes.
  /// Errors: those of `Tensor.forEachPiece`.
  public init(_ tensor: Tensor, channels: ChannelIndex, range: Double? = nil) throws {
    let statistics = try ChannelStatistics(tensor, index: channels)
    quantization = try QuantizationOutlook(tensor, index: channels)
    channelMaxima = statistics.counts.map(\.absoluteMaximum)
    absoluteMaximum = channelMaxima.max() ?? 0
    self.range = range ?? absoluteMaximum
    histogram =
      try Histogram(tensor, from: -self.range, to: self.range, bins: Self.bins).counts
  }

  /// The same elements, counted as far as `range`.
  public mutating func widen(to range: Double, of tensor: Tensor) throws {
    guard range > self.range else { return }
    self.range = range
    histogram = try Histogram(tensor, from: -range, to: range, bins: Self.bins).counts
  }

  private static let bins = 41
}
