internal import ModelIR

/// ReLU, LeakyReLU, PReLU and Abs commute with scales ≥ 0: f(a·x) = a·f(x).
struct ActivationRule: PassingRule {
  let name = "activation"
  let summary = "passes positive scales through Relu, LeakyRelu, PRelu and Abs"
  let operators = ["Relu", "LeakyRelu", "PRelu", "Abs"]

  func toInput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    try passed(affine, visit)
  }

  func toOutput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    try passed(affine, visit)
  }

  private func passed(
    _ affine: ChannelAffine, _ visit: Visit
  ) throws(KeepReason) -> ChannelAffine {
    // Said first, because it is what stops nearly every path.
    guard affine.shiftCountsAsZero else { throw .notLinear(visit.blocker) }
    try visit.requirePositive(affine)
    return affine.scaleOnly
  }
}
