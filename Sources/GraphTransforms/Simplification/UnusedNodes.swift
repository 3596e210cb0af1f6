internal import ModelIR

/// Nodes and stored constants that nothing reads go, all of a model in one patch.
///
/// Nodes of the standard's operators and calls of the model's own functions have no effects besides
/// their outputs; what others do is not known, and they stay. Inputs of graphs stay, and so do
/// defaults that a caller may override.
enum UnusedNodes {
  static let name = "unused"

  static func remove(in session: FoldSession) -> Int {
    guard !session.options.disabledRules.contains(name) else { return 0 }
    let model = session.model
    var dead = DeadNodes(model, session.uses)
    for graph in model.graphs.indices.reversed() { dead.visit(GraphID(graph)) }
    let constants = model.graphs.flatMap(\.initializers).filter {
      session.uses.isUnused($0) && model.isFixedInitializer($0)
    }
    guard let first = dead.nodes.first ?? model.graphs[0].nodes.first,
      !dead.nodes.isEmpty || !constants.isEmpty
    else { return 0 }
    var patch = GraphPatch(
      rule: name, graph: model[first].graph, sourceNodes: dead.nodes, for: model)
    patch.removals = dead.nodes
    patch.drops = constants
    do throws(KeepReason) {
      try session.apply(patch)
      return 1
    } catch {
      return 0
    }
  }
}

/// A walk against the order of nodes that counts who is still read.
private struct DeadNodes {
  private let model: Model
  private let uses: UseIndex
  private var removedUses: [Int]
  private var isDead: Set<NodeID> = []
  private(set) var nodes: [NodeID] = []

  init(_ model: Model, _ uses: UseIndex) {
    self.model = model
    self.uses = uses
    removedUses = Array(repeating: 0, count: model.values.count)
  }

  /// Notes the dead nodes of a graph; bodies go with their nodes.
  mutating func visit(_ graph: GraphID) {
    for id in model[graph].nodes.reversed() where model.contains(id) && !isDead.contains(id) {
      let node = model[id]
      guard node.domain.isEmpty || model.function(calledBy: node) != nil,
        node.outputs.allSatisfy({ $0.map(isUnread) ?? true }), isAlive(graph)
      else { continue }
      nodes.append(id)
      drop(id)
    }
  }

  private func isUnread(_ value: ValueID) -> Bool {
    uses.graphOutputs(of: value).isEmpty
      && uses.uses(of: value).count == removedUses[value.index]
  }

  /// Whether no node around a graph is dead.
  private func isAlive(_ graph: GraphID) -> Bool {
    var graph = graph
    while let parent = model[graph].parent {
      if isDead.contains(parent) { return false }
      graph = model[parent].graph
    }
    return true
  }

  private mutating func drop(_ id: NodeID) {
    var open = [id]
    while let next = open.popLast() {
      guard isDead.insert(next).inserted else { continue }
      for input in model[next].inputs.compactMap({ $0 }) { removedUses[input.index] += 1 }
      for body in model[next].bodies { open += model[body].nodes.filter { model.contains($0) } }
    }
  }
}
