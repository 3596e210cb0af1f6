internal import ModelIR
internal import Operators

/// A reduction followed by Squeeze or Unsqueeze of the very axes it reduced drops or keeps these
/// itself.
///
/// Condition: nobody else reads what stands between; the axes are constant and the same.
struct ReductionAxes: SimplificationRule {
  let name = "reduction-axes"
  let operators: Set<String>? = ["Squeeze", "Unsqueeze"]

  private static let reductions: Set<String> = [
    "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
    "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare",
  ]

  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft? {
    let node = context.node(id)
    guard let inner = context.soleMaker(of: node.input(0)),
      Self.reductions.contains(inner.node.opType), inner.node.graph == node.graph,
      let output = node.output(0), let rank = context.dimensions(inner.node.input(0))?.count,
      let keeps = try? inner.node.flag("keepdims", or: true), keeps == (node.opType == "Squeeze"),
      let reduced = axes(inner.node, rank, context), !reduced.isEmpty,
      let renamed = axes(node, rank, context), reduced == renamed
    else { return nil }
    var draft = context.draft(id)
    draft.edit(inner.id) { reduction in
      reduction.setAttribute("keepdims", .int(keeps ? 0 : 1))
      reduction.outputs[0] = output
    }
    draft.remove(id)
    return draft
  }

  /// Axes in order, counted from the front of the reduction's input.
  private func axes(_ node: Node, _ rank: Int, _ context: SimplificationContext) -> [Int]? {
    let stated = try? node.ints("axes")
    guard let list = stated ?? context.integers(node.input(1)) else { return nil }
    return Axes.resolve(list, rank: rank)?.sorted()
  }
}
