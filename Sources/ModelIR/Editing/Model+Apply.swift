extension Model {
  /// Applies a patch whole or not at all, and keeps `uses` and `names` up to date.
  ///
  /// Initializers and constant nodes (without inputs from elsewhere) that only the changed nodes
  /// read go with them. Removed nodes and initializers stay listed in their graphs until
  /// `compact()`. Returns the patch's claims with the ids that its values got.
  ///
  /// Errors: `GraphError`; the model is unchanged then.
  /// Complexity: in the size of the patch, but for insertions, which move the nodes behind them.
  public mutating func apply(
    _ patch: GraphPatch, uses: inout UseIndex, names: inout NameAllocator
  ) throws(GraphError) -> [FoldClaim] {
    guard patch.firstNewValue == values.count else {
      throw .stalePatch(rule: patch.rule)
    }
    try check(patch, uses)

    for new in patch.newValues {
      let id = addValue(
        Value(
          name: names.name(new.nameHint), graph: new.graph, initializer: new.initializer,
          type: new.type))
      if new.initializer != nil { self[new.graph].initializers.append(id) }
    }
    var released = Set(patch.drops)
    for id in withBodies(patch.removals) {
      let node = self[id]
      uses.remove(node, id)
      released.formUnion(node.inputs.compactMap { $0 })
      nodes[id.index] = nil
      for body in node.bodies {
        uses.removeOutputs(of: body, in: self)
        released.formUnion(self[body].initializers)
      }
    }
    for (id, node) in patch.edits {
      let old = self[id]
      released.formUnion(uses.update(id, from: old, to: node))
      nodes[id.index] = node
      adopt(node, id)
    }
    for insertion in patch.insertions {
      let id = NodeID(nodes.count)
      nodes.append(insertion.node)
      uses.add(insertion.node, id)
      adopt(insertion.node, id)
      let graph = insertion.node.graph
      insert(id, insertion.place, in: graph)
    }
    for (value, tensor) in patch.constants.sorted(by: { $0.key < $1.key }) {
      values[value.index].producer = .graph
      values[value.index].initializer = tensor
      self[values[value.index].graph].initializers.append(value)
    }
    for value in released.sorted() { release(value, uses: &uses) }
    return patch.claims
  }

  /// Nodes with those of their bodies, and of bodies in these.
  private func withBodies(_ removals: [NodeID]) -> [NodeID] {
    var result = removals
    var next = result.startIndex
    while next < result.endIndex {
      for body in self[result[next]].bodies { result += self[body].nodes.filter { contains($0) } }
      next += 1
    }
    return result
  }

  /// Drops removed nodes and initializers from the lists of their graphs.
  public mutating func compact() {
    for position in graphs.indices {
      graphs[position].nodes.removeAll { nodes[$0.index] == nil }
      graphs[position].initializers.removeAll { values[$0.index].initializer == nil }
      graphs[position].inputs.removeAll {
        values[$0.index].initializer == nil && !values[$0.index].isGraphInput
      }
    }
  }

  /// Everything that could make `apply` fail, asked before anything changes.
  private func check(_ patch: GraphPatch, _ uses: UseIndex) throws(GraphError) {
    let changed = Set(patch.removals).union(patch.edits.keys)
    for id in changed where !contains(id) { throw .noSuchNode(id) }
    for value in patch.constants.keys {
      guard value.index < values.count, let maker = producer(of: value), changed.contains(maker)
      else { throw .stalePatch(rule: patch.rule) }
    }
    for insertion in patch.insertions where !contains(insertion.place.neighbour) {
      throw .noSuchNode(insertion.place.neighbour)
    }
    var made = Set(patch.constants.keys)
    for node in patch.edits.values.map({ $0 }) + patch.insertions.map(\.node) {
      for output in node.outputs.compactMap({ $0 }) {
        guard made.insert(output).inserted else {
          throw .madeTwice(value: name(of: output, patch))
        }
        if output.index < values.count, let maker = producer(of: output), contains(maker),
          !changed.contains(maker)
        {
          throw .madeTwice(value: name(of: output, patch))
        }
      }
      // A node may read thousands of values.
      for case let input? in node.inputs where input.index >= values.count {
        guard patch.newValue(input) != nil else { throw .stalePatch(rule: patch.rule) }
      }
    }
    for id in changed {
      for output in self[id].outputs.compactMap({ $0 }) where !made.contains(output) {
        if let reader = uses.uses(of: output).first(where: { !changed.contains($0.node) }) {
          throw .dangling(value: self[output].name, reader: reader.node)
        }
        if !uses.graphOutputs(of: output).isEmpty {
          throw .dangling(value: self[output].name, reader: id)
        }
      }
    }
  }

  private mutating func insert(
    _ id: NodeID, _ place: GraphPatch.Insertion.Place, in graph: GraphID
  ) {
    let end = self[graph].nodes.endIndex
    var position = self[graph].nodes.firstIndex(of: place.neighbour) ?? end
    if case .after = place, position < end { position += 1 }
    self[graph].nodes.insert(id, at: position)
  }

  private func name(of value: ValueID, _ patch: GraphPatch) -> String {
    value.index < values.count ? self[value].name : patch.newValue(value)?.nameHint ?? ""
  }

  private mutating func adopt(_ node: Node, _ id: NodeID) {
    for (position, output) in node.outputs.enumerated() {
      if let output { values[output.index].producer = .node(id, output: position) }
    }
    for body in node.bodies { graphs[body.index].parent = id }
  }

  private static var deepestFeeder: Int { 64 }

  /// Removes what made a value that nothing reads any more: a stored constant, or a node that
  /// only makes constants.
  private mutating func release(_ value: ValueID, uses: inout UseIndex) {
    guard uses.isUnused(value) else { return }
    if values[value.index].initializer != nil {
      // A default that the caller may override stays part of the interface.
      guard isFixedInitializer(value) else { return }
      values[value.index].initializer = nil
      values[value.index].isGraphInput = false
      return
    }
    // A value that got another name keeps its old producer's id; only who still makes it counts.
    guard let id = producer(of: value), let node = nodes[id.index],
      node.outputs.contains(value), isConstantFeeder(node),
      node.outputs.allSatisfy({ $0.map { uses.isUnused($0) } ?? true })
    else { return }
    uses.remove(node, id)
    nodes[id.index] = nil
    for input in node.inputs.compactMap({ $0 }) { release(input, uses: &uses) }
  }

  /// A standard node that only passes constants on and may go when nothing reads it.
  ///
  /// Not recursive: what feeds a node may be as deep as the model. The search ends after
  /// `deepestFeeder` nodes, so that a patch costs no walk to the model's beginning: what varies lies
  /// behind long chains, constants behind short ones.
  private func isConstantFeeder(_ node: Node) -> Bool {
    var pending = [node]
    var seen: Set<NodeID> = []
    while let next = pending.popLast() {
      guard next.domain.isEmpty, next.bodies.isEmpty else { return false }
      // Of what a CastLike is like, the type alone counts.
      let inputs = next.isStandard("CastLike") ? next.inputs.prefix(1) : next.inputs[...]
      for input in inputs.compactMap({ $0 }) {
        if values[input.index].initializer != nil {
          guard isFixedInitializer(input) else { return false }
          continue
        }
        guard let id = producer(of: input), let maker = nodes[id.index] else { return false }
        if seen.insert(id).inserted { pending.append(maker) }
        guard seen.count <= Self.deepestFeeder else { return false }
      }
    }
    return true
  }
}
