extension Model {
  /// Keeps of the main graph what computes `outputs` from `inputs`, which become its outputs and
  /// inputs under their names, with these types.
  ///
  /// Goes: every node that no output needs, and every stored constant that nothing reads then.
  /// Graph inputs that are not among `inputs` go too, but for defaults that something still reads.
  /// Functions stay.
  ///
  /// Errors: `GraphError.dangling` when an output needs a value that `inputs` do not provide: a
  /// graph input that is not among them. The model is unchanged then.
  /// Complexity: linear in the model.
  public mutating func cut(
    inputs: [ValueID], outputs: [ValueID], types: [ValueID: ValueType]
  ) throws(GraphError) {
    let needed = try neededNodes(for: outputs, from: Set(inputs))
    for id in graphs[0].nodes where !needed.contains(id) { remove(id) }
    detach(inputs)
    for value in inputs {
      values[value.index].producer = .graph
      values[value.index].isGraphInput = true
      values[value.index].initializer = nil
    }
    for (value, type) in types { values[value.index].type = type }
    let read = readValues().union(outputs)
    for value in graphs[0].initializers + graphs[0].inputs
    where !read.contains(value) || values[value.index].initializer == nil {
      guard !inputs.contains(value) else { continue }
      values[value.index].initializer = nil
      values[value.index].isGraphInput = false
    }
    let kept = graphs[0].inputs.filter { values[$0.index].isGraphInput }
    graphs[0].inputs = kept + inputs.filter { !kept.contains($0) }
    graphs[0].outputs = outputs
    compact()
  }

  /// Lets nodes that are still needed for another output make something new in the place of these
  /// values.
  private mutating func detach(_ cut: [ValueID]) {
    var names: NameAllocator?
    for value in cut {
      guard case .node(let maker, let output) = values[value.index].producer,
        var node = nodes[maker.index]
      else { continue }
      if names == nil { names = NameAllocator(self) }
      let name = names?.name(values[value.index].name) ?? ""
      node.outputs[output] = addValue(
        Value(name: name, graph: mainGraph, producer: .node(maker, output: output)))
      nodes[maker.index] = node
    }
  }

  /// The nodes of the main graph above these outputs, up to these inputs.
  private func neededNodes(
    for outputs: [ValueID], from inputs: Set<ValueID>
  ) throws(GraphError) -> Set<NodeID> {
    var needed: Set<NodeID> = []
    var open: [(value: ValueID, reader: NodeID)] = outputs.map { ($0, NodeID(0)) }
    while let (value, reader) = open.popLast() {
      guard !inputs.contains(value), values[value.index].graph == mainGraph else { continue }
      guard case .node(let maker, _) = values[value.index].producer, nodes[maker.index] != nil
      else {
        guard values[value.index].initializer != nil else {
          throw .dangling(value: values[value.index].name, reader: reader)
        }
        continue
      }
      guard needed.insert(maker).inserted else { continue }
      for input in captures(of: maker) { open.append((input, maker)) }
    }
    return needed
  }

  /// What a node and the nodes of its bodies read, and what the bodies hand out.
  private func captures(of id: NodeID) -> [ValueID] {
    var result: [ValueID] = []
    var open = [id]
    while let next = open.popLast(), let node = nodes[next.index] {
      result += node.inputs.compactMap { $0 }
      for body in node.bodies {
        result += graphs[body.index].outputs
        open += graphs[body.index].nodes
      }
    }
    return result
  }

  private func readValues() -> Set<ValueID> {
    var result: Set<ValueID> = []
    for id in graphs[0].nodes where nodes[id.index] != nil { result.formUnion(captures(of: id)) }
    return result
  }

  /// Removes a node with its bodies.
  private mutating func remove(_ id: NodeID) {
    var open = [id]
    while let next = open.popLast() {
      for body in nodes[next.index]?.bodies ?? [] {
        open += graphs[body.index].nodes
        for value in graphs[body.index].initializers { values[value.index].initializer = nil }
      }
      nodes[next.index] = nil
    }
  }
}
