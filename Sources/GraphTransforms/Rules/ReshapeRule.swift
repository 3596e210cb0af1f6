internal import ModelIR

/// Reshape and Flatten keep the row-major order: an affine moves with the index.
///
/// Flattening [C, H, W] repeats each channel H·W times; splitting C into [g, C/g] makes two axes
/// decide. The reverse passes only where the elements that meet share a channel.
struct ReshapeRule: PassingRule {
  let name = "reshape"
  let summary = "passes Reshape and Flatten, following the channels"
  let operators = ["Reshape", "Flatten"]

  func toInput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    try moved(affine, from: try visit.output(), to: try visit.input(0), visit)
  }

  func toOutput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    try moved(affine, from: try visit.input(0), to: try visit.output(), visit)
  }

  private func moved(
    _ affine: ChannelAffine, from: ValueID, to: ValueID, _ visit: Visit
  ) throws(KeepReason) -> ChannelAffine {
    guard !affine.layout.axes.isEmpty else { return affine }
    let blocks = ReshapeBlocks(
      try visit.dimensions(of: from), try visit.dimensions(of: to))
    guard let layout = blocks.moved(affine.layout) else {
      throw .unsupportedForm(visit.blocker, "has extents that are not known, or mixes channels")
    }
    return affine.on(layout)
  }
}
