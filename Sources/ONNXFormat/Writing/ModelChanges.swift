internal import ModelIR

/// What differs between a model as it was read and a descendant of it, by id: ids are never used
/// again, so that what has the same id in both is the same thing, perhaps edited.
struct ModelChanges {
  /// Graphs whose messages have to be gone through: they or a body in them differ, or they may
  /// speak of a vanished name.
  private(set) var visited: Set<GraphID> = []
  /// Names that stand for nothing any more, for each visited graph.
  private(set) var vanished: [GraphID: Set<String>] = [:]

  private let old: Model
  private let new: Model

  init(from old: Model, to new: Model) {
    self.old = old
    self.new = new
    for position in new.graphs.indices {
      let graph = GraphID(position)
      if differs(graph) { visit(graph) }
    }
    for root in [new.mainGraph] + new.functions.map(\.body) { spread([], into: root) }
  }

  /// Whether a node reads, makes or holds anything else than it did (bodies apart).
  static func differs(_ node: NodeID, _ old: Model, _ new: Model) -> Bool {
    let a = old[node]
    let b = new[node]
    return a.opType != b.opType || a.name != b.name || a.domain != b.domain
      || a.overload != b.overload
      || !hasSameNames(a.inputs, old, b.inputs, new)
      || !hasSameNames(a.outputs, old, b.outputs, new)
      || !a.attributes.elementsEqual(b.attributes) {
        $0.name == $1.name && $0.value.isSame(as: $1.value)
      }
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

  private func differs(_ id: GraphID) -> Bool {
    guard old.graphs.indices.contains(id.index) else { return true }
    let a = old[id]
    let b = new[id]
    return a.nodes != b.nodes || a.initializers != b.initializers || a.inputs != b.inputs
      || a.outputs != b.outputs || b.nodes.contains { Self.differs($0, old, new) }
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
      names.formUnion(Self.defined(in: id, old))
      names.subtract(Self.defined(in: id, new))
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

  private static func defined(in id: GraphID, _ model: Model) -> Set<String> {
    let graph = model[id]
    var names = Set((graph.inputs + graph.initializers).map { model[$0].name })
    for node in graph.nodes {
      for output in model[node].outputs {
        if let output { names.insert(model[output].name) }
      }
    }
    return names
  }
}
