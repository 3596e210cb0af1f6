internal import ModelIR
internal import Operators

/// Resize and Upsample: every output is a weighted mean of inputs (weights sum to 1), as long as
/// nothing is extrapolated and the channels' axes keep their extents.
struct ResizeRule: PassingRule {
  let name = "resize"
  let summary = "passes Resize and Upsample"
  let operators = ["Resize", "Upsample"]

  func toInput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    try check(affine, visit)
    return affine
  }

  func toOutput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    try check(affine, visit)
    return affine
  }

  private func check(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) {
    let mode = try visit.attributes { () throws(AttributeError) in
      try visit.node.text("coordinate_transformation_mode")
    }
    guard mode != "tf_crop_and_resize" else {
      throw .unsupportedForm(visit.blocker, "extrapolates")
    }
    try visit.requireEqualExtents(affine)
  }
}

extension Visit {
  /// Refuses an affine along whose axes input and output have different extents, or unknown ones.
  func requireEqualExtents(_ affine: ChannelAffine) throws(KeepReason) {
    guard !affine.layout.axes.isEmpty else { return }
    let value = try output()
    let (from, to) = (try dimensions(of: try input(0)), try dimensions(of: value))
    for axis in affine.layout.axes {
      guard from.indices.contains(axis), to.indices.contains(axis) else {
        throw .otherAxis(blocker)
      }
      guard from[axis].value != nil, to[axis].value != nil else {
        throw .unknownShape(value: session.model[value].name)
      }
      guard from[axis] == to[axis] else { throw .otherAxis(blocker) }
    }
  }
}
