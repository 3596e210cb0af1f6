public import ModelIR

/// What the elements of one value looked like in the runs that were watched.
public struct ActivationStatistics: Sendable, Hashable {
  /// Zeros, NaN, infinities, range.
  public private(set) var counts: ElementCounts
  /// Mean and variance of the finite elements.
  public private(set) var moments = Moments()
  /// The extents, as they were last.
  public private(set) var shape: [Int] = []
  /// How often the value was made.
  public private(set) var evaluations = 0

  /// Nothing was seen yet; elements are of `type`.
  public init(of type: DataType) { counts = ElementCounts(of: type) }

  /// Adds the elements of one evaluation.
  public mutating func add(_ elements: [Double], shape: [Int]) {
    self.shape = shape
    evaluations += 1
    for element in elements { counts.add(element) }
    // Pieces keep the sums around their own means.
    for start in stride(from: 0, to: elements.count, by: 1 << 16) {
      let piece = elements[start..<min(start + (1 << 16), elements.count)]
      moments.add(
        piece.allSatisfy(\.isFinite) ? Moments(piece) : Moments(piece.filter(\.isFinite)))
    }
  }
}
