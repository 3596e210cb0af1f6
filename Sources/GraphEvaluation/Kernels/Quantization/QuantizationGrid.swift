internal import ModelIR

/// Which entry of a scale or zero point belongs to an element: one for all, one for each index of
/// an axis, or one for each block of indices.
struct QuantizationGrid {
  private let stepInside: Int
  private let extent: Int
  private let block: Int
  private let inner: Int
  private let entries: Int

  init(_ context: KernelContext, of x: RuntimeTensor, scale: RuntimeTensor) throws {
    let given = try context.int("axis", default: 1)
    block = try context.int("block_size", default: 0)
    guard scale.count != 1 || block > 0 else {
      (stepInside, extent, inner, entries) = (0, 1, 1, 1)
      return
    }
    let axis = try Axes.normalize(given, rank: x.rank)
    let split = Axes.split(x.shape, at: axis)
    (extent, inner) = (split.extent, split.inner)
    entries = scale.count
    guard block > 0 else {
      guard scale.rank == 1, scale.count == extent else {
        throw EvaluationError.Problem.badInput(
          "a scale of shape \(scale.shape) for axis \(axis) of \(x.shape)")
      }
      stepInside = 1
      return
    }
    var blocks = x.shape
    blocks[axis] = (extent + block - 1) / block
    guard scale.shape == blocks else {
      throw EvaluationError.Problem.badInput("a scale of shape \(scale.shape), not \(blocks)")
    }
    stepInside = inner
  }

  /// The entry that belongs to an element.
  func entry(_ element: Int) -> Int {
    guard stepInside > 0 else { return 0 }
    let index = element / inner % extent
    guard block > 0 else { return index }
    let blocks = (extent + block - 1) / block
    return (element / (inner * extent) * blocks + index / block) * inner + element % inner
  }
}
