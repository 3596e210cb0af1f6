extension Model {
  /// Takes back a patch that put `inserted` in the place of `removed`, where nothing has changed
  /// any of these nodes since: the model is as if the patch had never been applied.
  ///
  /// Removed nodes stay listed in their graphs until `compact()`, so they stand where they stood.
  public mutating func withdraw(inserted: [NodeID], removed: [NodeID: Node]) {
    for id in inserted { nodes[id.index] = nil }
    for (id, node) in removed {
      nodes[id.index] = node
      for (position, output) in node.outputs.enumerated() {
        if let output { values[output.index].producer = .node(id, output: position) }
      }
    }
  }

  /// Removes a function that no node calls any more, with the nodes of its body.
  public mutating func removeFunction(body: GraphID) {
    functions.removeAll { $0.body == body }
    var pending = [body]
    while let graph = pending.popLast() {
      for id in graphs[graph.index].nodes {
        pending.append(contentsOf: nodes[id.index]?.bodies ?? [])
        nodes[id.index] = nil
      }
      graphs[graph.index].nodes = []
    }
  }
}
