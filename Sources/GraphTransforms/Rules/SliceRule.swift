internal import ModelIR
internal import Operators

/// Slice: channels that are left out get nothing; slices of other axes change nothing.
struct SliceRule: PassingRule {
  let name = "slice"
  let summary = "passes Slice"
  let operators = ["Slice"]

  func toInput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    var affine = affine
    for (axis, selection, extent) in try selections(visit, affine) {
      guard let moved = affine.scattered(along: axis, selection, extent: extent) else {
        throw .otherAxis(visit.blocker)
      }
      affine = moved
    }
    return affine
  }

  func toOutput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    var affine = affine
    for (axis, selection, _) in try selections(visit, affine) {
      guard let moved = affine.gathered(along: axis, selection) else {
        throw .otherAxis(visit.blocker)
      }
      affine = moved
    }
    return affine
  }

  /// Which indices are taken along the axes that decide the channel.
  private func selections(
    _ visit: Visit, _ affine: ChannelAffine
  ) throws(KeepReason) -> [(axis: Int, selection: [Int], extent: Int)] {
    guard !affine.layout.axes.isEmpty else { return [] }
    let value = try visit.input(0)
    let dimensions = try visit.dimensions(of: value)
    let (starts, ends, axes, steps) = try numbers(visit)
    guard let axes = Axes.resolve(axes ?? Array(starts.indices), rank: dimensions.count),
      starts.count == axes.count, ends.count == axes.count,
      steps.map({ $0.count == axes.count && !$0.contains(0) }) ?? true
    else { throw .malformedOperator(visit.blocker, "its starts, ends, axes and steps") }
    var result: [(Int, [Int], Int)] = []
    for (position, axis) in axes.enumerated() where affine.layout.axes.contains(axis) {
      let extent = try visit.channelExtent(dimensions, axis, of: value)
      let step = steps?[position] ?? 1
      func clamp(_ index: Int) -> Int {
        let resolved = index < 0 ? index &+ extent : index
        return step > 0 ? min(max(resolved, 0), extent) : min(max(resolved, -1), extent - 1)
      }
      let selection = Array(
        stride(from: clamp(starts[position]), to: clamp(ends[position]), by: step))
      guard !selection.isEmpty else {
        throw .unsupportedForm(visit.blocker, "takes no channel")
      }
      result.append((axis, selection, extent))
    }
    return result
  }

  /// Inputs from opset 10 on, attributes before.
  private func numbers(
    _ visit: Visit
  ) throws(KeepReason) -> (starts: [Int], ends: [Int], axes: [Int]?, steps: [Int]?) {
    let asInputs = try (visit.integers(1), visit.integers(2), visit.integers(3), visit.integers(4))
    if let starts = asInputs.0, let ends = asInputs.1 {
      return (starts, ends, asInputs.2, asInputs.3)
    }
    let attributes = try visit.attributes { () throws(AttributeError) in
      (
        try visit.node.ints("starts"), try visit.node.ints("ends"), try visit.node.ints("axes")
      )
    }
    guard let starts = attributes.0, let ends = attributes.1 else {
      throw .malformedOperator(visit.blocker, "no starts or ends")
    }
    return (starts, ends, attributes.2, nil)
  }
}
