internal import ModelIR

/// An operation with its neutral element goes.
///
///     x · 1, x / 1, x ^ 1, x − 0         exact for every x, NaN and −0.0 among them
///     x + (−0.0)                         exact
///     x + 0 in whole numbers             exact
///     x + (+0.0)                         turns −0.0 into +0.0 and leaves all else
///     x and true, x or false, x xor false
///
/// x − (−0.0) is x + (+0.0). These go where nobody downstream can tell the two zeros apart
/// (`ZeroSign`).
/// Condition: every element of the constant is the neutral one, and broadcasting it does not make
/// the result larger than x.
struct NeutralOperand: SimplificationRule {
  let name = "neutral-operand"
  let operators: Set<String>? = ["Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor"]

  private static let mostElements = 1 << 16

  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft? {
    let node = context.node(id)
    guard node.inputs.count == 2, let output = node.output(0) else { return nil }
    let isCommutative = !["Sub", "Div", "Pow"].contains(node.opType)
    for position in isCommutative ? [1, 0] : [1] {
      guard let x = node.input(1 - position), let constant = context.constant(node.input(position)),
        context.keepsShape(of: x, with: constant.shape), hasRightAlignment(node, id, context),
        isNeutral(constant, node, output, context)
      else { continue }
      var draft = context.draft(id)
      guard draft.replace(output, by: x) else { continue }
      draft.remove(id)
      return draft
    }
    return nil
  }

  /// Before opset 7 operands were aligned by attributes.
  private func hasRightAlignment(
    _ node: Node, _ id: NodeID, _ context: SimplificationContext
  ) -> Bool {
    context.opset(id) >= 7
  }

  private func isNeutral(
    _ constant: Tensor, _ node: Node, _ output: ValueID, _ context: SimplificationContext
  ) -> Bool {
    guard constant.shape.elementCount <= Self.mostElements, constant.shape.elementCount > 0,
      let elements = try? constant.doubles()
    else { return false }
    switch node.opType {
    case "Mul", "Div", "Pow", "And": return elements.allSatisfy { $0 == 1 }
    case "Or", "Xor": return elements.allSatisfy { $0 == 0 }
    default:
      guard elements.allSatisfy({ $0 == 0 }) else { return false }
      guard constant.dataType.isFoldableFloat else { return true }
      let harmless: FloatingPointSign = node.opType == "Add" ? .minus : .plus
      if elements.allSatisfy({ $0.sign == harmless }) { return true }
      return !ZeroSign.isSeen(output, in: context)
    }
  }
}
