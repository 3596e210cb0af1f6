internal import ModelIR

/// A patch under way: rules write what they would change, and nothing happens until every path of
/// the site has ended in an absorber.
struct FoldDraft {
  /// A constant that a new Add gives to an output.
  private struct Appended {
    var after: NodeID
    var output: ValueID
    var constant: ValueID
  }

  private(set) var patch: GraphPatch
  /// Values of the path whose numbers change, with the value that takes their place.
  private(set) var renames: [ValueID: ValueID] = [:]
  /// Values that only their readers exchange for another (the site's output when it goes).
  private(set) var redirects: [ValueID: ValueID] = [:]
  /// Outputs that a new node makes instead of the node that did, which makes this one.
  private(set) var splices: [ValueID: ValueID] = [:]
  /// Weights that are stored quantized, before rounding.
  private(set) var dequantized: [ValueID: Tensor] = [:]
  /// Constants that only repeat others.
  private(set) var widened: [ValueID: ValueID] = [:]
  /// Affine nodes that took others in.
  private(set) var merges: [NodeID: [NodeID]] = [:]
  private(set) var mergedParts: [NodeID: [SiteAffine.Part]] = [:]
  /// Nodes that absorbed, and the rules by which, in the order they were met.
  private(set) var absorbers: [NodeID] = []
  private(set) var rules: [String] = []
  private var appended: [Appended] = []
  private var met: Set<NodeID> = []
  /// Whether the site's node stays, as an edit has it.
  private var keepsSite = false
  private let site: NodeID

  init(site: NodeID, session: FoldSession) {
    self.site = site
    patch = GraphPatch(
      rule: "", graph: session.model[site].graph, sourceNodes: [site], for: session.model)
  }

  // MARK: What rules write

  /// A node as the draft has it.
  func node(_ id: NodeID, _ session: FoldSession) -> Node { patch.edits[id] ?? session.model[id] }

  /// Exchanges a node's content.
  mutating func edit(_ id: NodeID, _ node: Node) { patch.edits[id] = node }

  /// Says that a rule ends a path at a node.
  mutating func absorbed(by rule: String, at node: NodeID) {
    if !absorbers.contains(node) { absorbers.append(node) }
    if !rules.contains(rule) { rules.append(rule) }
  }

  /// Says that a node is on a path; false where another path met it before.
  mutating func meet(_ node: NodeID) -> Bool { met.insert(node).inserted }

  /// Adds a new initializer.
  mutating func initializer(_ hint: String, _ tensor: Tensor) -> ValueID {
    let dimensions = tensor.shape.dimensions.map { Dimension.known($0) }
    return patch.newValue(
      hint, in: patch.graph, initializer: tensor, type: .tensor(tensor.dataType, dimensions))
  }

  mutating func claim(_ claim: FoldClaim) { patch.claims.append(claim) }

  /// Says that an affine node stands for these nodes from now on, or for these parts of them.
  mutating func merge(_ node: NodeID, _ nodes: [NodeID], parts: [SiteAffine.Part] = []) {
    merges[node] = nodes
    mergedParts[node] = parts.isEmpty ? nil : parts
  }

  /// Says what a weight holds, before rounding, that is stored quantized.
  mutating func dequantize(_ value: ValueID, _ tensor: Tensor) { dequantized[value] = tensor }

  /// Says that a new constant only repeats another.
  mutating func widen(_ old: ValueID, to new: ValueID) { widened[new] = old }

  /// Adds a constant to a node's output by a new Add behind it.
  mutating func append(
    addOf constant: ValueID, to output: ValueID, after node: NodeID
  ) {
    appended.append(Appended(after: node, output: output, constant: constant))
  }

  /// Nodes on the paths so far.
  var pathLength: Int { met.count }

  /// Nodes added.
  var addedNodes: Int { appended.count }

  // MARK: What the planner writes

  /// The numbers of `old` change: a new value, or `new`, takes its place.
  mutating func rename(_ old: ValueID, to new: ValueID? = nil, _ session: FoldSession) {
    let value = session.model[old]
    renames[old] =
      new
      ?? patch.newValue("\(value.name)_folded", in: value.graph, type: value.type)
  }

  /// The site's node stays, as another operator.
  mutating func keep(siteAs node: Node) {
    patch.edits[site] = node
    keepsSite = true
  }

  /// Those who read `old` read `new`.
  mutating func redirect(_ old: ValueID, to new: ValueID) { redirects[old] = new }

  /// The whole patch.
  mutating func finish(_ session: FoldSession) -> GraphPatch {
    splice(session)
    patch.rule = rules.joined(separator: "+")
    patch.removals = keepsSite ? [] : [site]
    patch.sourceNodes = [site] + absorbers
    var touched = Set(patch.edits.keys)
    for old in renames.keys {
      if let maker = session.model.producer(of: old) { touched.insert(maker) }
    }
    touched.formUnion(appended.map(\.after))
    exchangeInputs(session, &touched)
    if !keepsSite {
      touched.remove(site)
      patch.edits[site] = nil
    }
    for id in touched {
      var node = node(id, session)
      node.outputs = node.outputs.map { $0.map { splices[$0] ?? renames[$0] ?? $0 } }
      patch.edits[id] = node
    }
    return patch
  }

  /// Lets those who read a value that is renamed or redirected read what takes its place.
  ///
  /// A node that no rule edited changes only at the places where it reads one: it may read thousands
  /// of others.
  private mutating func exchangeInputs(_ session: FoldSession, _ touched: inout Set<NodeID>) {
    func exchanged(_ value: ValueID) -> ValueID? { redirects[value] ?? renames[value] }
    let edited = Set(patch.edits.keys)
    for id in edited {
      var node = node(id, session)
      node.inputs = node.inputs.map { $0.map { exchanged($0) ?? $0 } }
      patch.edits[id] = node
    }
    for old in Set(renames.keys).union(redirects.keys) {
      for use in session.uses.uses(of: old) where !edited.contains(use.node) {
        var node = node(use.node, session)
        node.inputs[use.input] = exchanged(old)
        patch.edits[use.node] = node
        touched.insert(use.node)
      }
    }
  }

  private mutating func splice(_ session: FoldSession) {
    for addition in appended {
      let output = addition.output
      let value = session.model[output]
      let sum = patch.newValue(
        "\(value.name)_unshifted", in: value.graph, type: value.type)
      splices[output] = sum
      let add = Node(
        // The Add takes the place of the site's node in every respect.
        name: session.model[site].name, opType: "Add", graph: session.model[addition.after].graph,
        inputs: [sum, addition.constant],
        outputs: [renames[output] ?? output])
      patch.insertions.append(.init(add, .after(addition.after)))
    }
  }
}
