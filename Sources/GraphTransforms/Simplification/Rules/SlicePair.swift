internal import ModelIR
internal import Operators

/// A Slice of a Slice along other axes becomes one Slice.
///
/// Condition: nobody else reads what stands between; starts, ends, axes and steps are constant; no
/// axis is cut twice. Slice has these as inputs from opset 10 on.
struct SlicePair: SimplificationRule {
  let name = "slice-pair"
  let operators: Set<String>? = ["Slice"]

  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft? {
    let node = context.node(id)
    guard context.opset(id) >= 10, context.holdsInitializers(node.graph),
      let inner = context.soleMaker(of: node.input(0)), inner.node.opType == "Slice",
      inner.node.graph == node.graph, let x = inner.node.input(0), let output = node.output(0),
      let rank = context.dimensions(x)?.count,
      let first = (try? SliceRequest(inner.node, in: context)) ?? nil,
      let second = (try? SliceRequest(node, in: context)) ?? nil,
      let a = axes(first, rank), let b = axes(second, rank), Set(a).isDisjoint(with: b)
    else { return nil }
    let lists = [
      ("starts", first.starts + second.starts), ("ends", first.ends + second.ends),
      ("axes", a + b), ("steps", first.steps + second.steps),
    ]
    var draft = context.draft(id)
    var inputs: [ValueID?] = [x]
    for (name, list) in lists {
      guard let tensor = Tensor(list.map { Int64($0) }, shape: .vector(list.count)) else {
        return nil
      }
      inputs.append(draft.initializer("\(context.session.model[output].name)_\(name)", tensor))
    }
    draft.edit(id) { node in
      node.inputs = inputs
      node.attributes = []
    }
    return draft
  }

  private func axes(_ slice: SliceRequest, _ rank: Int) -> [Int]? {
    Axes.resolve(slice.axes ?? Array(slice.starts.indices), rank: rank)
  }
}
