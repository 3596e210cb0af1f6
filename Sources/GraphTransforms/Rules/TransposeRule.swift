internal import ModelIR
internal import Operators

/// Transpose renumbers the axes: output axis k is input axis perm[k].
struct TransposeRule: PassingRule {
  let name = "transpose"
  let summary = "passes Transpose"
  let operators = ["Transpose"]

  func toInput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    guard !affine.layout.axes.isEmpty else { return affine }
    let perm = try permutation(visit)
    return try visit.renumbered(affine) { perm.indices.contains($0) ? perm[$0] : nil }
  }

  func toOutput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    guard !affine.layout.axes.isEmpty else { return affine }
    let perm = try permutation(visit)
    return try visit.renumbered(affine) { perm.firstIndex(of: $0) }
  }

  private func permutation(_ visit: Visit) throws(KeepReason) -> [Int] {
    let stated = try visit.attributes { () throws(AttributeError) in try visit.node.ints("perm") }
    let rank: Int
    if let stated { rank = stated.count } else { rank = try visit.commonRank() }
    return try visit.attributes { () throws(AttributeError) in
      try ShapeAttributes.permutation(visit.node, rank: rank)
    }
  }
}
