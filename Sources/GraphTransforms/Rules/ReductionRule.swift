internal import ModelIR
internal import Operators

/// Reductions over axes that do not decide the channel.
///
/// ReduceMean commutes with every affine, ReduceMax and ReduceMin with scales ≥ 0, ReduceSum with
/// scales, ReduceL1 and ReduceL2 with scales ≥ 0.
struct ReductionRule: PassingRule {
  let name = "reduce"
  let summary = "passes reductions over other axes than the channels'"
  let operators = [
    "ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum", "ReduceL1", "ReduceL2",
  ]

  func toInput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    let (kept, keeps) = try axes(visit)
    let affine = try passed(affine, visit)
    guard !keeps else {
      // An axis that decides has an extent above 1, so it is none of the reduced ones.
      return affine
    }
    return try visit.renumbered(affine) { kept.indices.contains($0) ? kept[$0] : nil }
  }

  func toOutput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    let (kept, keeps) = try axes(visit)
    let affine = try passed(affine, visit)
    guard affine.layout.axes.allSatisfy({ kept.contains($0) }) else {
      throw .otherAxis(visit.blocker)
    }
    guard !keeps else { return affine }
    return try visit.renumbered(affine) { kept.firstIndex(of: $0) }
  }

  private func passed(
    _ affine: ChannelAffine, _ visit: Visit
  ) throws(KeepReason) -> ChannelAffine {
    switch visit.node.opType {
    case "ReduceMean": return affine
    case "ReduceSum": return try visit.withoutShift(affine)
    case "ReduceMax", "ReduceMin":
      try visit.requirePositive(affine)
      return affine
    default:
      try visit.requirePositive(affine)
      return try visit.withoutShift(affine)
    }
  }

  /// The axes that are not reduced, and whether reduced ones stay with an extent of 1.
  private func axes(_ visit: Visit) throws(KeepReason) -> (kept: [Int], keeps: Bool) {
    let rank = try visit.rank(of: try visit.input(0))
    let attributes = try visit.attributes { () throws(AttributeError) in
      try ReductionAttributes(visit.node)
    }
    let given = try visit.integers(1)
    guard let reduced = attributes.resolved(rank: rank, input: given) else {
      throw .malformedOperator(visit.blocker, "its axes")
    }
    return ((0..<rank).filter { !reduced.contains($0) }, attributes.keepsDimensions)
  }
}
