internal import ModelIR
internal import Operators

/// A Concat whose result only another Concat along the same axis reads gives it its inputs.
struct ConcatPair: SimplificationRule {
  let name = "concat-pair"
  let operators: Set<String>? = ["Concat"]

  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft? {
    let node = context.node(id)
    guard let rank = node.output(0).flatMap({ context.dimensions($0)?.count }),
      let axis = try? ShapeAttributes.concatAxis(node, rank: rank, opset: context.opset(id))
    else { return nil }
    for (position, input) in node.inputs.enumerated() {
      guard let inner = context.soleMaker(of: input), inner.node.opType == "Concat",
        inner.node.graph == node.graph,
        (try? ShapeAttributes.concatAxis(inner.node, rank: rank, opset: context.opset(id))) == axis
      else { continue }
      var draft = context.draft(id)
      draft.edit(id) { $0.inputs.replaceSubrange(position...position, with: inner.node.inputs) }
      return draft
    }
    return nil
  }
}
