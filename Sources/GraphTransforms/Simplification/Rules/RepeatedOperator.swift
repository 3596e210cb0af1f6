internal import ModelIR

/// An operator applied twice: the second goes where f(f(x)) = f(x), both where f(f(x)) = x.
///
/// Relu, Abs, Ceil, Floor, Round and Sign once are enough; Neg and Not undo themselves.
struct RepeatedOperator: SimplificationRule {
  let name = "repeated-operator"
  private static let idempotent: Set<String> = ["Relu", "Abs", "Ceil", "Floor", "Round", "Sign"]
  let operators: Set<String>? = idempotent.union(["Neg", "Not"])

  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft? {
    let node = context.node(id)
    guard let input = node.input(0), let output = node.output(0),
      let inner = context.maker(of: input), inner.node.opType == node.opType,
      let x = Self.idempotent.contains(node.opType) ? input : inner.node.input(0)
    else { return nil }
    var draft = context.draft(id)
    guard draft.replace(output, by: x) else { return nil }
    draft.remove(id)
    return draft
  }
}
