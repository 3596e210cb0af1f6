internal import ModelIR

/// What differs between a model as it was read and a descendant of it, by id: ids are never used
/// again, so that what has the same id in both is the same thing, perhaps edited.
struct ModelChanges {
  /// Graphs whose messages have to be gone through: they or a body in them differ, or they may
  /// speak of a vanished name.
  private(set) var visited: Set<GraphID> = []
  /// Names that stand for nothing any more, for each visited graph.
  private(set) var vanished: [GraphID: Set<String>] = [:]
  /// Nodes of both models that read, make or hold anything else than they did (bodies apart).
  private(set) var nodes: Set<NodeID> = []
  /// Values of both models of which another type is stated, by the graph that defines them.
  private(set) var retyped: [GraphID: Set<ValueID>] = [:]

  private let old: Model
  private let new: Model
  /// The graph in whose new form a value is defined, by the value's id; a table, because hashing
  /// every value of a large model takes longer than writing it.
  private var definers: [Int32]

  init(from old: Model, to new: Model) {
    self.old = old
    self.new = new
    definers = Array(repeating: -1, count: new.values.count)
    for position in old.values.indices where old.values[position].type != new.values[position].type
    {
      retyped[new.values[position].graph, default: []].insert(ValueID(position))
    }
    for position in new.graphs.indices {
      let graph = GraphID(position)
      if differs(graph) { visit(graph) }
    }
    for root in [new.mainGraph] + new.functions.map(\.body) { spread([], into: root) }
  }

  private static func hasSameNames(
    _ a: [ValueID?], _ old: Model, _ b: [ValueID?], _ new: Model
  ) -> Bool {
    a.elementsEqual(b) { x, y in
      guard let x, let y else { return x == nil && y == nil }
      return old[x].name == new[y].name
    }
  }

  /// Names as a node's records hold them.
  static func names(_ values: [ValueID?], _ model: Model) -> [String] {
    values.map { $0.map { model[$0].name } ?? "" }
  }

  private func differs(_ node: NodeID) -> Bool {
    let a = old[node]
    let b = new[node]
    return a.opType != b.opType || a.name != b.name || a.domain != b.domain
      || a.overload != b.overload
      || !Self.hasSameNames(a.inputs, old, b.inputs, new)
      || !Self.hasSameNames(a.outputs, old, b.outputs, new)
      || !a.attributes.elementsEqual(b.attributes) {
        $0.name == $1.name && $0.value.isSame(as: $1.value)
      }
  }

  /// Compares a graph and its nodes, and notes the nodes that differ.
  private mutating func differs(_ id: GraphID) -> Bool {
    guard old.graphs.indices.contains(id.index) else { return true }
    let a = old[id]
    let b = new[id]
    var differs =
      retyped[id] != nil
      || a.nodes != b.nodes || a.initializers != b.initializers || a.inputs != b.inputs
      || a.outputs != b.outputs
    for node in b.nodes where old.contains(node) && self.differs(node) {
      nodes.insert(node)
      differs = true
    }
    return differs
  }

  /// A graph and all that it stands in.
  private mutating func visit(_ graph: GraphID) {
    var graph = graph
    while visited.insert(graph).inserted, let parent = new[graph].parent, new.contains(parent) {
      graph = new[parent].graph
    }
  }

  /// Finds the vanished names of a graph and hands them on to its bodies.
  private mutating func spread(_ outer: Set<String>, into id: GraphID) {
    var names = outer
    if visited.contains(id), old.graphs.indices.contains(id.index) {
      names.formUnion(gone(from: id))
    }
    if !names.isEmpty {
      vanished[id] = names
      visit(id)
    }
    // Bodies of an untouched graph are untouched as well.
    guard visited.contains(id) else { return }
    for node in new[id].nodes {
      for body in new[node].bodies { spread(names, into: body) }
    }
  }

  /// Names of values that a graph no longer defines, but for those that it gives to others now.
  private mutating func gone(from id: GraphID) -> Set<String> {
    let graph = Int32(truncatingIfNeeded: id.index)
    var added: [ValueID] = []
    Self.forEachDefined(in: id, new) { value in
      definers[value.index] = graph
      if !old.values.indices.contains(value.index) { added.append(value) }
    }
    var names: Set<String> = []
    Self.forEachDefined(in: id, old) { value in
      if definers[value.index] != graph { names.insert(old[value].name) }
    }
    if !names.isEmpty { for value in added { names.remove(new[value].name) } }
    return names
  }

  private static func forEachDefined(
    in id: GraphID, _ model: Model, _ body: (ValueID) -> Void
  ) {
    let graph = model[id]
    for value in graph.inputs { body(value) }
    for value in graph.initializers { body(value) }
    for node in graph.nodes {
      for output in model[node].outputs {
        if let output { body(output) }
      }
    }
  }
}
