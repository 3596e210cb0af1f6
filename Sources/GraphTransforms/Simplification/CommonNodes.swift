internal import ModelIR
internal import Operators

/// Nodes of one graph that do the same to the same values become one.
///
/// Same are operator, attributes bit for bit, inputs and which outputs are wanted. Never merged:
/// operators outside the standard, bodies, and what draws random numbers or learns (Random…,
/// Bernoulli, Multinomial, Dropout and BatchNormalization in training mode).
enum CommonNodes {
  static let name = "common"

  private struct Key: Hashable {
    var graph: GraphID
    var opType: String
    var inputs: [ValueID?]
    var outputs: [Bool]
    var attributes: [String: AttributeKey]
  }

  static func merge(in context: SimplificationContext) -> Int {
    let session = context.session
    guard !session.options.disabledRules.contains(name) else { return 0 }
    var known: [Key: NodeID] = [:]
    var count = 0
    for id in session.model.graphs.flatMap(\.nodes) where session.model.contains(id) {
      guard let key = key(of: id, in: context) else { continue }
      guard let twin = known[key], session.model.contains(twin),
        merge(id, into: twin, in: session)
      else {
        known[key] = id
        continue
      }
      count += 1
      // What it hands out may have another name now.
      if let new = self.key(of: twin, in: context) { known[new] = twin }
    }
    return count
  }

  private static func merge(_ id: NodeID, into twin: NodeID, in session: FoldSession) -> Bool {
    var draft = SimplificationDraft(at: id, in: session)
    for (old, new) in zip(session.model[id].outputs, session.model[twin].outputs) {
      guard let old else { continue }
      guard let new, draft.replace(old, by: new) else { return false }
    }
    draft.remove(id)
    do throws(KeepReason) {
      try session.apply(draft.finished(by: name))
      return true
    } catch {
      return false
    }
  }

  private static func key(of id: NodeID, in context: SimplificationContext) -> Key? {
    let node = context.node(id)
    guard node.domain.isEmpty, node.bodies.isEmpty, !node.inputs.isEmpty,
      isDeterministic(node, id, context)
    else { return nil }
    var attributes: [String: AttributeKey] = [:]
    for attribute in node.attributes {
      guard let key = AttributeKey(attribute.value) else { return nil }
      attributes[attribute.name] = key
    }
    return Key(
      graph: node.graph, opType: node.opType, inputs: node.inputs,
      outputs: node.outputs.map { $0 != nil }, attributes: attributes)
  }

  private static func isDeterministic(
    _ node: Node, _ id: NodeID, _ context: SimplificationContext
  ) -> Bool {
    switch node.opType {
    case let name where name.hasPrefix("Random"): return false
    case "Bernoulli", "Multinomial": return false
    case "Dropout":
      guard let mode = try? DropoutAttributes(node, opset: context.opset(id)).mode else {
        return false
      }
      if case .givenBy(let flag) = mode { return context.integers(flag) == [0] }
      return mode == .inference
    case "BatchNormalization":
      return node.usedOutputCount == 1 && (try? node.flag("training_mode")) == false
    default: return true
    }
  }
}
