internal import ModelIR

/// What the nodes of a model read, values captured by their bodies among them.
struct ModelReads {
  private let model: Model
  private var captures: [NodeID: [ValueID]] = [:]

  init(_ model: Model) {
    self.model = model
    for (index, node) in model.nodes.enumerated() {
      if let node, !node.bodies.isEmpty {
        captures[NodeID(index)] = Self.captured(by: node, in: model)
      }
    }
  }

  /// Everything a node needs to run: its inputs, then what its bodies capture.
  func values(of node: NodeID) -> [ValueID] {
    let inputs = model[node].inputs.compactMap { $0 }
    guard let captured = captures[node] else { return inputs }
    return inputs + captured
  }

  /// The same for one node of a model.
  static func inputs(of node: NodeID, in model: Model) -> [ValueID] {
    let inputs = model[node].inputs.compactMap { $0 }
    return model[node].bodies.isEmpty ? inputs : inputs + captured(by: model[node], in: model)
  }

  /// Values that the bodies of a node, and bodies in them, read from around the node.
  private static func captured(by node: Node, in model: Model) -> [ValueID] {
    var inside: Set<GraphID> = []
    var order: [GraphID] = []
    var open = node.bodies
    while let graph = open.popLast() {
      guard inside.insert(graph).inserted else { continue }
      order.append(graph)
      for id in model[graph].nodes { open.append(contentsOf: model[id].bodies) }
    }
    var result: [ValueID] = []
    var seen: Set<ValueID> = []
    func note(_ value: ValueID) {
      if !inside.contains(model[value].graph), seen.insert(value).inserted { result.append(value) }
    }
    for graph in order {
      for id in model[graph].nodes { model[id].inputs.compactMap { $0 }.forEach(note) }
      model[graph].outputs.forEach(note)
    }
    return result
  }
}
