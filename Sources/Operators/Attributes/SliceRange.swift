/// The positions that Slice takes along one axis of known extent.
///
/// Source: ONNX Slice; negative starts and ends count from the end, both are clamped to the axis.
public struct SliceRange: Sendable, Hashable {
  /// The first position.
  public let start: Int
  /// Positions between neighbours; negative goes backward.
  public let step: Int
  /// How many are taken.
  public let count: Int

  /// Resolves a start, end and step (not 0) for an axis of `extent` positions.
  public init(start: Int, end: Int, step: Int, extent: Int) {
    let extent = max(0, extent)
    func resolved(_ position: Int) -> Int { position < 0 ? position &+ extent : position }
    let forward = step > 0
    // Int.min as an end means "beyond the first" and must not wrap to the other side.
    let from = start == .min ? -1 : resolved(start)
    let to = end == .min ? -1 : resolved(end)
    let first = forward ? min(max(from, 0), extent) : min(max(from, 0), extent - 1)
    let last = forward ? min(max(to, 0), extent) : min(max(to, -1), extent - 1)
    self.start = first
    self.step = step
    let span = forward ? last - first : first - last
    if span <= 0 || step == 0 {
      count = 0
    } else {
      let stride = Int(clamping: step.magnitude)
      count = (span - 1) / stride + 1
    }
  }

  /// The positions in the order they are taken.
  public var positions: [Int] { (0..<count).map { start + $0 * step } }
}
