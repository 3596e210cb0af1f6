internal import ModelIR
internal import Operators

/// A Transpose of a Transpose becomes one, or none where the second undoes the first.
///
///     output axis i of the pair is input axis inner[outer[i]]
struct TransposePair: SimplificationRule {
  let name = "transpose-pair"
  let operators: Set<String>? = ["Transpose"]

  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft? {
    let node = context.node(id)
    guard let input = node.input(0), let output = node.output(0),
      let inner = context.maker(of: input), inner.node.opType == "Transpose",
      let x = inner.node.input(0), let rank = rank(node, inner.node, context),
      let first = try? ShapeAttributes.permutation(inner.node, rank: rank),
      let second = try? ShapeAttributes.permutation(node, rank: rank)
    else { return nil }
    let both = second.map { first[$0] }
    var draft = context.draft(id)
    if both == Array(0..<rank), draft.replace(output, by: x) {
      draft.remove(id)
      return draft
    }
    guard context.session.uses.soleUse(of: input, in: context.session.model) != nil else {
      return nil
    }
    draft.edit(id) { node in
      node.inputs[0] = x
      node.setAttribute("perm", .ints(both.map { Int64($0) }))
    }
    return draft
  }

  /// The rank as one of the permutations or the input says.
  private func rank(_ a: Node, _ b: Node, _ context: SimplificationContext) -> Int? {
    for node in [a, b] {
      if let stated = try? node.ints("perm") { return stated.count }
    }
    return context.dimensions(b.input(0))?.count
  }
}
