internal import ModelIR
internal import Operators

/// Pad of other axes than the channels'.
///
/// Reflected, repeated and wrapped elements are the value's own. A constant c stays what it is
/// where scale·c + shift = c in every channel: zeros under scales.
struct PadRule: PassingRule {
  let name = "pad"
  let summary = "passes Pad; with zeros, scales only"
  let operators = ["Pad"]

  func toInput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    try passed(affine, visit)
  }

  func toOutput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    try passed(affine, visit)
  }

  private func passed(
    _ affine: ChannelAffine, _ visit: Visit
  ) throws(KeepReason) -> ChannelAffine {
    try visit.requireEqualExtents(affine)
    let mode = try visit.attributes { () throws(AttributeError) in
      try visit.node.text("mode") ?? "constant"
    }
    switch mode {
    case "reflect", "edge", "wrap": return affine
    case "constant": break
    default: throw .unsupportedForm(visit.blocker, "has the mode \"\(mode)\"")
    }
    let constant = try constant(visit)
    if constant == 0 {
      // Exact zeros stay zeros under scales; a shift that only counts as zero is left out.
      guard affine.shiftCountsAsZero else { throw .shiftDoesNotPass(visit.blocker) }
      return affine.scaleOnly
    }
    let stays = affine.layout.map.allSatisfy { channel in
      guard channel >= 0 else { return true }
      let shift = affine.addsShift ? affine.site.shift[channel] : 0
      return affine.site.scale[channel] * constant + shift == constant
    }
    guard stays else { throw .shiftDoesNotPass(visit.blocker) }
    return affine
  }

  private func constant(_ visit: Visit) throws(KeepReason) -> Double {
    if visit.opset >= 11 {
      guard let tensor = try visit.optionalConstant(2) else { return 0 }
      guard tensor.shape.elementCount == 1, let value = try? tensor.doubles().first else {
        throw .malformedOperator(visit.blocker, "its constant")
      }
      return value
    }
    return try visit.attributes { () throws(AttributeError) in
      try visit.node.double("value", or: 0)
    }
  }
}
