public import ModelIR

/// What the elements of a tensor look like.
///
/// Moments, quantiles and histogram are of the finite elements.
public struct TensorStatistics: Sendable, Hashable {
  /// Where quantiles are taken: the ends, the outer percents, and quarters.
  public static let probabilities = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1]

  /// Zeros, NaN, infinities, range.
  public var counts: ElementCounts
  /// Mean and variance.
  public var moments: Moments
  /// The quantiles at `probabilities`, linear between neighbours as numpy.quantile does; empty
  /// where no element is finite.
  public var quantiles: [Double]
  /// Elements in bins of equal width from the minimum to the maximum; empty where none is finite.
  public var histogram: [Int]

  /// Reads a tensor of numbers.
  ///
  /// Complexity: up to three passes over the elements; memory for one piece and for the elements
  /// next to the quantiles.
  /// Errors: those of `Tensor.forEachPiece`.
  public init(_ tensor: Tensor, bins: Int = 32) throws {
    var counts = ElementCounts(of: tensor.dataType)
    var moments = Moments()
    try tensor.forEachDoubles { piece, _ in
      for element in piece { counts.add(element) }
      moments.add(
        piece.allSatisfy(\.isFinite) ? Moments(piece) : Moments(piece.filter(\.isFinite)))
    }
    self.counts = counts
    self.moments = moments
    guard counts.finite > 0 else {
      quantiles = []
      histogram = []
      return
    }
    let fine = try Histogram(
      tensor, from: counts.minimum, to: counts.maximum, bins: max(1, bins) * 1024)
    histogram = fine.joined(by: 1024)
    quantiles = try fine.quantiles(Self.probabilities, of: tensor)
  }
}
