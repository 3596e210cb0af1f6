internal import ModelIR
internal import Operators

/// Applies simplifications to the model of a session until none is left.
///
/// Every node is looked at once, and again when something around it changed; each patch removes a
/// node or brings one closer to going, so that time stays linear in the model. The order is that of
/// the graphs: the same model gives the same result.
struct Simplifier {
  private static let mostSweeps = 8
  /// More inputs than any rule looks through.
  private static let manyInputs = 16
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
      while session.model.contains(id), let around = attempt(id, context) {
        count += 1
        for neighbour in around where isQueued.insert(neighbour).inserted {
          queue.append(neighbour)
        }
      }
    }
    return count
  }

  /// Applies the first rule that has something to do at a node; gives the nodes for which that may
  /// have opened the way.
  private func attempt(_ id: NodeID, _ context: SimplificationContext) -> [NodeID]? {
    let node = session.model[id]
    guard node.domain.isEmpty, node.bodies.isEmpty else { return nil }
    for rule in SimplificationRules.rules(for: node.opType) {
      guard !session.options.disabledRules.contains(rule.name),
        let draft = rule.simplify(id, in: context)
      else { continue }
      let patch = draft.finished(by: rule.name)
      let read = newlyRead(patch)
      do throws(KeepReason) {
        try session.apply(patch)
        return neighbours(of: patch, read)
      } catch {
        // The output's format cannot hold it: the node stays.
        continue
      }
    }
    return nil
  }

  /// What each edited node is to read: everything, or what it does not read yet where it reads much.
  private func newlyRead(_ patch: GraphPatch) -> [(node: NodeID, inputs: [ValueID])] {
    patch.edits.keys.sorted().map { id in
      guard let new = patch.edits[id]?.inputs else { return (id, []) }
      guard new.count > Self.manyInputs else { return (id, new.compactMap { $0 }) }
      let old = session.model[id].inputs
      return (
        id,
        new.indices.compactMap { old.indices.contains($0) && old[$0] == new[$0] ? nil : new[$0] }
      )
    }
  }

  /// What a patch edited, and who stands next to it.
  private func neighbours(
    of patch: GraphPatch, _ read: [(node: NodeID, inputs: [ValueID])]
  ) -> [NodeID] {
    var result = read.map(\.node)
    for (id, inputs) in read {
      for input in inputs {
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
