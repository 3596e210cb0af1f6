internal import ModelIR
internal import Operators

/// Pools over the spatial axes.
///
/// - Averages commute with every affine whose windows average what is inside; where padding counts
///   as zeros, with scales only.
/// - Maxima commute with affines of scales ≥ 0 (padding is −∞).
/// - Lp norms commute with scales ≥ 0.
///
/// Averages and maxima of single elements only choose elements, as Slice does.
struct PoolRule: PassingRule {
  let name = "pool"
  let summary = "passes average pools, maximum pools with positive scales, and global pools"
  let operators = [
    "AveragePool", "MaxPool", "LpPool", "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool",
  ]

  func toInput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    try passed(affine, visit)
  }

  func toOutput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    try passed(affine, visit)
  }

  private func passed(
    _ affine: ChannelAffine, _ visit: Visit
  ) throws(KeepReason) -> ChannelAffine {
    guard affine.layout.axes.allSatisfy({ $0 < 2 }) else { throw .otherAxis(visit.blocker) }
    if try choosesElements(visit) { return affine }
    switch visit.node.opType {
    case "GlobalAveragePool": return affine
    case "AveragePool":
      guard try padsCount(visit) else { return affine }
      return try visit.withoutShift(affine)
    case "MaxPool", "GlobalMaxPool":
      guard visit.node.output(1) == nil else {
        throw .unsupportedForm(visit.blocker, "gives its indices")
      }
      try visit.requirePositive(affine)
      return affine
    default:
      try visit.requirePositive(affine)
      return try visit.withoutShift(affine)
    }
  }

  private func attributes(_ visit: Visit, _ spatial: Int) throws(KeepReason) -> PoolAttributes {
    try visit.attributes { () throws(AttributeError) in
      try PoolAttributes(visit.node, spatialRank: spatial)
    }
  }

  /// Whether windows are single elements of the input, and none is of padding.
  private func choosesElements(_ visit: Visit) throws(KeepReason) -> Bool {
    guard visit.node.opType == "AveragePool" || visit.node.opType == "MaxPool",
      visit.node.output(1) == nil,
      let kernel = try visit.attributes({ () throws(AttributeError) in
        try visit.node.ints("kernel_shape")
      }), !kernel.isEmpty, kernel.allSatisfy({ $0 == 1 })
    else { return false }
    let attributes = try attributes(visit, kernel.count)
    return attributes.window.isUnpadded && !attributes.ceilMode
  }

  /// Whether zeros from padding are averaged.
  private func padsCount(_ visit: Visit) throws(KeepReason) -> Bool {
    let spatial = try visit.rank(of: try visit.input(0)) - 2
    guard spatial > 0 else { throw .malformedOperator(visit.blocker, "no spatial axis") }
    let attributes = try attributes(visit, spatial)
    guard attributes.countIncludePad else { return false }
    // Runtimes disagree about what a window beyond the padding counts.
    if attributes.ceilMode { return true }
    switch attributes.window.autoPad {
    case .valid: return false
    case .sameUpper, .sameLower: return true
    case .notSet:
      return (attributes.window.padsBegin + attributes.window.padsEnd).contains { $0 != 0 }
    }
  }
}
