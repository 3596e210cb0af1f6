extension Model {
  /// Adds everything another model computes with to the main graph, every name behind `prefix`.
  ///
  /// Its required inputs are read from `inputs`, one value for each in its order; its defaults that
  /// a caller may override become such inputs here; its outputs become ordinary values, which are
  /// returned in its order. Weights are shared, not copied.
  ///
  /// The operator sets must be this model's, and it must define no functions: what a node means is
  /// said by them.
  /// Complexity: linear in the other model.
  public mutating func embed(
    _ other: Model, prefix: String, inputs: [ValueID]
  ) -> [ValueID] {
    let required = other.requiredInputs(of: other.mainGraph)
    precondition(required.count == inputs.count, "an input of the member without a value")
    precondition(other.opsets == opsets && other.functions.isEmpty, "operators mean other things")
    let shared = Dictionary(uniqueKeysWithValues: zip(required, inputs))
    let embedding = Embedding(firstGraph: graphs.count, firstNode: nodes.count)

    var newValues: [ValueID] = []
    for (index, value) in other.values.enumerated() {
      if let known = shared[ValueID(index)] {
        newValues.append(known)
        continue
      }
      var copy = value
      copy.name = value.name.isEmpty ? "" : prefix + value.name
      copy.graph = embedding.graph(value.graph)
      if case .node(let maker, let output) = value.producer {
        copy.producer = .node(embedding.node(maker), output: output)
      }
      // Before IR 4 every initializer stands among the inputs, and none of them is a default.
      if value.initializer != nil, other.header.irVersion < 4 { copy.isGraphInput = false }
      newValues.append(addValue(copy))
    }
    for node in other.nodes { nodes.append(node.map { embedding.node($0, newValues, prefix) }) }
    for graph in other.graphs.dropFirst() {
      graphs.append(
        Graph(
          name: graph.name, parent: graph.parent.map { embedding.node($0) },
          inputs: graph.inputs.map { newValues[$0.index] },
          outputs: graph.outputs.map { newValues[$0.index] },
          initializers: graph.initializers.map { newValues[$0.index] },
          nodes: graph.nodes.map { embedding.node($0) }))
    }
    let main = other[other.mainGraph]
    graphs[0].nodes += main.nodes.map { embedding.node($0) }
    graphs[0].initializers += main.initializers.map { newValues[$0.index] }
    graphs[0].inputs += main.inputs.map { newValues[$0.index] }.filter {
      values[$0.index].isGraphInput && !inputs.contains($0)
    }
    return main.outputs.map { newValues[$0.index] }
  }

  /// Where ids of another model go.
  private struct Embedding {
    let firstGraph: Int
    let firstNode: Int

    /// Main graphs become one, others follow those that are there.
    func graph(_ graph: GraphID) -> GraphID {
      graph.index == 0 ? graph : GraphID(firstGraph + graph.index - 1)
    }

    func node(_ node: NodeID) -> NodeID { NodeID(firstNode + node.index) }

    func node(_ node: Node, _ values: [ValueID], _ prefix: String) -> Node {
      var copy = node
      if !node.name.isEmpty { copy.name = prefix + node.name }
      copy.graph = graph(node.graph)
      copy.inputs = node.inputs.map { $0.map { values[$0.index] } }
      copy.outputs = node.outputs.map { $0.map { values[$0.index] } }
      copy.attributes = node.attributes.map { attribute in
        switch attribute.value {
        case .graph(let body): Attribute(attribute.name, .graph(graph(body)))
        case .graphs(let bodies): Attribute(attribute.name, .graphs(bodies.map { graph($0) }))
        default: attribute
        }
      }
      // The record stands in the other model's file.
      copy.origin = nil
      return copy
    }
  }
}
