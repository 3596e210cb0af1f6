public import ModelIR

/// What the elements of each channel of a tensor look like.
public struct ChannelStatistics: Sendable, Hashable {
  /// Zeros, NaN, infinities and range of each channel.
  public var counts: [ElementCounts]
  /// Mean and variance of each channel's finite elements.
  public var moments: [Moments]

  /// Reads a tensor of numbers whose channels `index` tells.
  ///
  /// Errors: those of `Tensor.forEachPiece`.
  public init(_ tensor: Tensor, index: ChannelIndex) throws {
    let runs = ChannelRuns(tensor.shape, index)
    let channels = runs.channels
    var counts = [ElementCounts](repeating: ElementCounts(of: tensor.dataType), count: channels)
    var moments = [Moments](repeating: Moments(), count: channels)
    try runs.forEach(of: tensor) { channel, run in
      for element in run { counts[channel].add(element) }
      moments[channel].add(
        run.allSatisfy(\.isFinite) ? Moments(run) : Moments(run.filter(\.isFinite)))
    }
    self.counts = counts
    self.moments = moments
  }

  /// The largest of the channels' absolute maxima over the smallest above 0; nil where there are
  /// none: what one scale for the whole tensor costs the smallest channel.
  public var spread: Double? {
    let sizes = counts.map(\.absoluteMaximum).filter { $0 > 0 }
    guard let largest = sizes.max(), let smallest = sizes.min() else { return nil }
    return largest / smallest
  }
}
