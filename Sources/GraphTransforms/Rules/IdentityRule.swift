internal import ModelIR
internal import Operators

/// Identity, and Dropout in inference mode, pass everything on.
struct IdentityRule: OperatorRule {
  let name = "identity"
  let summary = "passes Identity and inference-mode Dropout"
  let operators = ["Identity", "Dropout"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    try check(visit)
    return [Demand(value: try visit.input(0), affine: affine)]
  }

  func forward(
    _ affine: ChannelAffine, inputs: [Int], at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    try check(visit)
    return [Demand(value: try visit.output(), affine: affine)]
  }

  private func check(_ visit: Visit) throws(KeepReason) {
    guard visit.node.isStandard("Dropout") else { return }
    let attributes = try visit.attributes { () throws(AttributeError) in
      try DropoutAttributes(visit.node, opset: visit.opset)
    }
    switch attributes.mode {
    case .inference: break
    case .training: throw .unsupportedForm(visit.blocker, "is in training mode")
    case .givenBy(let value):
      guard case .constant(let tensor) = visit.session.constancy(of: value),
        let flags = try? tensor.int64s(), flags == [0]
      else { throw .unsupportedForm(visit.blocker, "may be in training mode") }
    }
    guard visit.node.output(1) == nil else {
      throw .unsupportedForm(visit.blocker, "gives its mask")
    }
  }
}
