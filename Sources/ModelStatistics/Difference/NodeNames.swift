internal import ModelIR

/// Finds nodes of a model by the names of what they make, or by their own.
struct NodeNames {
  private var byOutput: [String: NodeID] = [:]
  private var byName: [String: NodeID] = [:]

  init(_ model: Model) {
    for position in model.nodes.indices {
      let id = NodeID(position)
      guard model.contains(id) else { continue }
      let node = model[id]
      for output in node.outputs.compactMap({ $0 }) where byOutput[model[output].name] == nil {
        byOutput[model[output].name] = id
      }
      let key = Self.key(node)
      if !node.name.isEmpty, byName[key] == nil { byName[key] = id }
    }
  }

  /// The node that makes a value of the same name, else the one of the same name and operator.
  func counterpart(of node: Node, in model: Model) -> NodeID? {
    for output in node.outputs.compactMap({ $0 }) {
      if let id = byOutput[model[output].name] { return id }
    }
    return node.name.isEmpty ? nil : byName[Self.key(node)]
  }

  private static func key(_ node: Node) -> String { "\(node.opType) \(node.name)" }
}
