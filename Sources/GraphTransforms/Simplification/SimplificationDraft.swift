internal import ModelIR

/// A simplification under way: what becomes of nodes and of those who read their values.
///
/// Nodes are edited where they stand or removed, never added, so that a node of the simplified
/// model is one of the input model.
struct SimplificationDraft {
  private(set) var patch: GraphPatch
  private let session: FoldSession

  /// A draft about a node, the rule's name still open.
  init(at node: NodeID, in session: FoldSession) {
    self.session = session
    patch = GraphPatch(
      rule: "", graph: session.model[node].graph, sourceNodes: [node], for: session.model)
  }

  /// The patch under the name of its rule.
  func finished(by rule: String) -> GraphPatch {
    var patch = patch
    patch.rule = rule
    for id in patch.removals { patch.edits[id] = nil }
    return patch
  }

  /// A node as the draft has it.
  func node(_ id: NodeID) -> Node { patch.edits[id] ?? session.model[id] }

  /// Exchanges a node's content.
  mutating func edit(_ id: NodeID, _ change: (inout Node) -> Void) {
    var node = self.node(id)
    change(&node)
    patch.edits[id] = node
  }

  /// Removes a node; the draft has to provide for what it made.
  mutating func remove(_ id: NodeID) { patch.removals.append(id) }

  /// Makes a value a stored constant under its own name; its maker has to go.
  mutating func constant(_ value: ValueID, _ tensor: Tensor) { patch.constants[value] = tensor }

  /// Drops a stored constant that nothing reads when the patch is applied.
  mutating func drop(_ value: ValueID) { patch.drops.append(value) }

  /// A new stored constant.
  mutating func initializer(_ hint: String, _ tensor: Tensor) -> ValueID {
    let dimensions = tensor.shape.dimensions.map { Dimension.known($0) }
    return patch.newValue(
      hint, in: patch.graph, initializer: tensor, type: .tensor(tensor.dataType, dimensions))
  }

  /// Lets everyone who reads `old` read `new`, which holds the same; the maker of `old` has to go.
  ///
  /// What a graph hands out keeps its name: then the maker of `new` makes `old` instead, and those
  /// who read `new` read `old`. False, and nothing changes, where neither is possible.
  mutating func replace(_ old: ValueID, by new: ValueID) -> Bool {
    guard !session.uses.graphOutputs(of: old).isEmpty else {
      redirect(old, to: new)
      return true
    }
    let model = session.model
    guard session.uses.graphOutputs(of: new).isEmpty, model[new].graph == model[old].graph,
      let maker = model.producer(of: new), model.contains(maker), model[new].initializer == nil
    else { return false }
    edit(maker) { node in node.outputs = node.outputs.map { $0 == new ? old : $0 } }
    redirect(new, to: old)
    return true
  }

  private mutating func redirect(_ old: ValueID, to new: ValueID) {
    for use in session.uses.uses(of: old) {
      edit(use.node) { node in
        // Where the draft moved a node's inputs, they are somewhere else.
        if node.input(use.input) == old {
          node.inputs[use.input] = new
        } else {
          node.inputs = node.inputs.map { $0 == old ? new : $0 }
        }
      }
    }
  }
}
