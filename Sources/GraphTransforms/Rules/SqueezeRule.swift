internal import ModelIR
internal import Operators

/// Squeeze and Unsqueeze renumber the axes.
struct SqueezeRule: PassingRule {
  let name = "squeeze"
  let summary = "passes Squeeze and Unsqueeze"
  let operators = ["Squeeze", "Unsqueeze"]

  func toInput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    guard !affine.layout.axes.isEmpty else { return affine }
    let (long, squeezes) = try longAxes(visit)
    return squeezes ? try widened(affine, long, visit) : try narrowed(affine, long, visit)
  }

  func toOutput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    guard !affine.layout.axes.isEmpty else { return affine }
    let (long, squeezes) = try longAxes(visit)
    return squeezes ? try narrowed(affine, long, visit) : try widened(affine, long, visit)
  }

  /// Axis k of the side with fewer axes is axis long[k] of the other.
  private func longAxes(_ visit: Visit) throws(KeepReason) -> (long: [Int], squeezes: Bool) {
    let squeezes = visit.node.opType == "Squeeze"
    let wide = try visit.dimensions(of: squeezes ? visit.input(0) : visit.output())
    let given = try visit.integers(1)
    let stated = try visit.attributes { () throws(AttributeError) in
      try ShapeAttributes.axes(visit.node, input: given)
    }
    let gone: [Int]
    if let stated {
      guard let resolved = Axes.resolve(stated, rank: wide.count) else {
        throw .malformedOperator(visit.blocker, "axes \(stated)")
      }
      gone = resolved
    } else {
      guard squeezes, wide.allSatisfy({ $0.value != nil }) else {
        throw .unknownShape(value: visit.session.model[try visit.input(0)].name)
      }
      gone = wide.indices.filter { wide[$0].value == 1 }
    }
    return (wide.indices.filter { !gone.contains($0) }, squeezes)
  }

  private func widened(
    _ affine: ChannelAffine, _ long: [Int], _ visit: Visit
  ) throws(KeepReason) -> ChannelAffine {
    try visit.renumbered(affine) { long.indices.contains($0) ? long[$0] : nil }
  }

  private func narrowed(
    _ affine: ChannelAffine, _ long: [Int], _ visit: Visit
  ) throws(KeepReason) -> ChannelAffine {
    try visit.renumbered(affine) { long.firstIndex(of: $0) }
  }
}
