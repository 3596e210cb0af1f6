internal import ModelIR

/// When the values of one graph die.
struct ReleasePlan: Sendable {
  /// For each node of the graph, in order: the values that nothing reads after it.
  let released: [[ValueID]]

  /// Looks at every use of a value, captures by bodies included.
  init(_ graph: GraphID, of model: Model) {
    let nodes = model[graph].nodes
    var last: [ValueID: Int] = [:]
    for (position, id) in nodes.enumerated() {
      Self.forEachUse(by: id, in: model) { last[$0] = position }
      // An output that nothing reads dies where it was made.
      for output in model[id].outputs {
        if let output { last[output] = position }
      }
    }
    for output in model[graph].outputs { last[output] = nil }
    var released = [[ValueID]](repeating: [], count: nodes.count)
    for (value, position) in last { released[position].append(value) }
    self.released = released
  }

  private static func forEachUse(
    by id: NodeID, in model: Model, _ body: (ValueID) -> Void
  ) {
    let node = model[id]
    for input in node.inputs {
      if let input { body(input) }
    }
    for graph in node.bodies {
      for inner in model[graph].nodes { forEachUse(by: inner, in: model, body) }
      for output in model[graph].outputs { body(output) }
    }
  }
}
