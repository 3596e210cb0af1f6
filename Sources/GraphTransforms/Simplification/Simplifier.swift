internal import ModelIR
internal import Operators

/// Applies simplifications to the model of a session until none is left.
///
/// Every node is looked at once, and again when something around it changed; each patch removes a
/// node or brings one closer to going, so that time stays linear in the model. The order is that of
/// the graphs: the same model gives the same result.
struct Simplifier {
  private static let mostSweeps = 8
  private let session: FoldSession
  private let constants: (any ConstantEvaluator)?

  init(_ session: FoldSession, constants: (any ConstantEvaluator)?) {
    self.session = session
    self.constants = constants
  }

  /// Simplifies; gives the number of patches.
  func run() -> Int {
    session.forgetConstants()
    var total = UnusedNodes.remove(in: session)
    let context = SimplificationContext(session, constants: constants)
    for _ in 0..<Self.mostSweeps {
      var count = sweep(context)
      count += DuplicateConstants.merge(in: session)
      count += CommonNodes.merge(in: context)
      count += UnusedNodes.remove(in: session)
      total += count
      if count == 0 { break }
      session.forgetConstants()
    }
    return total
  }

  /// Looks at every node, those first that stand first.
  private func sweep(_ context: SimplificationContext) -> Int {
    var queue = session.model.graphs.flatMap { graph in graph.nodes }
    var isQueued = Set<NodeID>()
    var next = queue.startIndex
    var count = 0
    while next < queue.endIndex {
      let id = queue[next]
      next += 1
      isQueued.remove(id)
      while session.model.contains(id), let patch = attempt(id, context) {
        count += 1
        for neighbour in neighbours(of: patch) where isQueued.insert(neighbour).inserted {
          queue.append(neighbour)
        }
      }
    }
    return count
  }

  /// Applies the first rule that has something to do at a node.
  private func attempt(_ id: NodeID, _ context: SimplificationContext) -> GraphPatch? {
    let node = session.model[id]
    guard node.domain.isEmpty, node.bodies.isEmpty else { return nil }
    for rule in SimplificationRules.rules(for: node.opType) {
      guard !session.options.disabledRules.contains(rule.name),
        let draft = rule.simplify(id, in: context)
      else { continue }
      let patch = draft.finished(by: rule.name)
      do throws(KeepReason) {
        try session.apply(patch)
        return patch
      } catch {
        // The output's format cannot hold it: the node stays.
        continue
      }
    }
    return nil
  }

  /// Nodes for which a patch may have opened the way: what it edited, and who stands next to it.
  private func neighbours(of patch: GraphPatch) -> [NodeID] {
    var result = patch.edits.keys.sorted()
    for id in patch.edits.keys.sorted() {
      for input in session.model[id].inputs.compactMap({ $0 }) {
        if let maker = session.model.producer(of: input) { result.append(maker) }
      }
      for output in session.model[id].outputs.compactMap({ $0 }) {
        let uses = session.uses.uses(of: output)
        if uses.count <= 2 { result += uses.map(\.node) }
      }
    }
    return result.filter { session.model.contains($0) }
  }
}
