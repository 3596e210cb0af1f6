internal import ModelIR

/// Two operators in a row that only name elements anew (Reshape, Flatten, Squeeze, Unsqueeze, a
/// Transpose that moves extents of 1 alone) become one Reshape.
///
/// Condition: nobody else reads what stands between; the second is a Reshape whose constant target
/// copies nothing from there (no 0), or all but one extent of the result are known or the first
/// input's own (`KnownTarget`). Reshape takes its target as an input from opset 5 on.
struct ReshapePair: SimplificationRule {
  let name = "reshape-pair"
  private static let movements: Set<String> = [
    "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose",
  ]
  let operators: Set<String>? = movements

  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft? {
    let node = context.node(id)
    guard context.opset(id) >= 5, let inner = context.soleMaker(of: node.input(0)),
      Self.namesAnew(inner.node, context), Self.namesAnew(node, context),
      inner.node.graph == node.graph, let x = inner.node.input(0), let output = node.output(0)
    else { return nil }
    var draft = context.draft(id)
    if node.opType == "Reshape", let target = context.constant(node.input(1)),
      let numbers = try? target.int64s(), !numbers.contains(0)
    {
      draft.edit(id) { $0.inputs[0] = x }
      return draft
    }
    guard context.holdsInitializers(node.graph), let extents = context.dimensions(output),
      let target = KnownTarget.target(extents, from: context.dimensions(x)),
      let tensor = Tensor(target.map { Int64($0) }, shape: .vector(target.count))
    else { return nil }
    let constant = draft.initializer("\(context.session.model[output].name)_shape", tensor)
    draft.edit(id) { node in
      node.opType = "Reshape"
      node.inputs = [x, constant]
      node.attributes = []
    }
    return draft
  }

  private static func namesAnew(_ node: Node, _ context: SimplificationContext) -> Bool {
    guard movements.contains(node.opType) else { return false }
    return node.opType != "Transpose" || (try? context.keepsOrder(node)) == true
  }
}
