internal import ModelIR

/// An operator that passes affines from its output to its first input and back.
protocol PassingRule: OperatorRule {
  /// The affine at the input for one at the output.
  func toInput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine

  /// The affine at the output for one at the input.
  func toOutput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine
}

extension PassingRule {
  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    guard output == 0 else { throw .notLinear(visit.blocker) }
    return [Demand(value: try visit.input(0), affine: try toInput(affine, visit))]
  }

  func forward(
    _ affine: ChannelAffine, inputs: [Int], at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    guard inputs == [0] else { throw .notLinear(visit.blocker) }
    return [Demand(value: try visit.output(), affine: try toOutput(affine, visit))]
  }
}

extension Visit {
  /// The affine with its axes renumbered.
  func renumbered(
    _ affine: ChannelAffine, _ number: (Int) -> Int?
  ) throws(KeepReason) -> ChannelAffine {
    guard let layout = affine.layout.renumbered(number) else { throw .otherAxis(blocker) }
    return affine.on(layout)
  }

  /// Refuses negative scales.
  func requirePositive(_ affine: ChannelAffine) throws(KeepReason) {
    if let channel = affine.negativeChannel { throw .negativeScale(blocker, channel: channel) }
  }

  /// The scale alone, where every shift counts as zero.
  func withoutShift(_ affine: ChannelAffine) throws(KeepReason) -> ChannelAffine {
    guard affine.shiftCountsAsZero else { throw .shiftDoesNotPass(blocker) }
    return affine.scaleOnly
  }

  /// The first output's rank, or the first input's, whichever is known.
  func commonRank() throws(KeepReason) -> Int {
    if let rank = session.rank(of: try output()) { return rank }
    return try rank(of: try input(0))
  }

  /// Refuses an affine that one of these axes decides.
  func require(_ affine: ChannelAffine, apartFrom axes: some Sequence<Int>) throws(KeepReason) {
    if axes.contains(where: { affine.layout.axes.contains($0) }) { throw .otherAxis(blocker) }
  }

  /// The extent of an axis of the channels, where it is known and small enough to be mapped.
  func channelExtent(
    _ dimensions: [Dimension], _ axis: Int, of value: ValueID
  ) throws(KeepReason) -> Int {
    guard dimensions.indices.contains(axis), let extent = dimensions[axis].value else {
      throw .unknownShape(value: session.model[value].name)
    }
    guard extent > 0, extent <= ChannelLayout.largestMap else {
      throw .unsupportedForm(blocker, "has \(extent) channels")
    }
    return extent
  }

  /// Whole numbers of an input that must be constant; nil where the input is left out.
  func integers(_ position: Int) throws(KeepReason) -> [Int]? {
    guard let value = node.input(position) else { return nil }
    guard let numbers = session.integers(value) else {
      throw .weightNotConstant(
        blocker, value: session.model[value].name, because: "is computed in the graph")
    }
    return numbers
  }
}
