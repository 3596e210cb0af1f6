internal import ModelIR
internal import Operators

/// Draws the patch that puts a function's body in the place of a call.
///
/// - Inputs and outputs of the function become those of the call; one that the call leaves out is
///   left out wherever the body reads it.
/// - An attribute that refers to one of the function's is bound to what the call gives, else to the
///   function's default, else left out.
/// - Nodes are named after the call and themselves; what the body's values were called follows the
///   call's name.
/// - A body with operators that mean something else in the caller's operator sets, or with bodies
///   of its own, is not put anywhere.
struct CallInliner {
  let model: Model
  let call: NodeID

  /// The patch, and for each node it adds the one of the function's body.
  func patch() throws(InliningProblem) -> (patch: GraphPatch, bodyNodes: [NodeID]) {
    let node = model[call]
    guard let function = model.function(calledBy: node) else { throw .noFunction }
    let body = model[function.body]
    guard node.inputs.count <= body.inputs.count, node.outputs.count <= body.outputs.count else {
      throw .signature
    }
    guard body.initializers.isEmpty else { throw .bodies }
    for name in function.requiredAttributes where node.attribute(name) == nil {
      throw .attribute(name)
    }
    var patch = GraphPatch(rule: "inline", graph: node.graph, sourceNodes: [call], for: model)
    patch.removals = [call]
    let prefix = Blocker.name(of: node, in: model)
    var values: [ValueID: ValueID?] = [:]
    for (position, input) in body.inputs.enumerated() { values[input] = node.input(position) }
    var given: Set<ValueID> = []
    for (position, output) in body.outputs.enumerated() {
      guard let value = node.output(position), model.producer(of: output) != nil,
        given.insert(output).inserted
      else { continue }
      values[output] = value
    }
    for id in body.nodes where model.contains(id) {
      var copy = model[id]
      try check(copy, function)
      copy.graph = node.graph
      copy.origin = nil
      copy.name = copy.name.isEmpty ? "" : "\(prefix)/\(copy.name)"
      copy.inputs = copy.inputs.map { $0.flatMap { values[$0] ?? nil } }
      copy.outputs = copy.outputs.map { output in
        guard let output else { return nil }
        if let known = values[output] { return known }
        let value = patch.newValue("\(prefix)_\(model[output].name)", in: node.graph)
        values[output] = value
        return value
      }
      copy.attributes = copy.attributes.compactMap { bound($0, node, function) }
      patch.insertions.append(.init(copy, .before(call)))
    }
    // What the function hands through, or gives twice, needs a node to make it.
    for (position, output) in body.outputs.enumerated() {
      guard let value = node.output(position), values[output] != .some(value) else { continue }
      guard let source = values[output] ?? nil else { throw .signature }
      patch.insertions.append(
        .init(
          Node(opType: "Identity", graph: node.graph, inputs: [source], outputs: [value]),
          .before(call)))
    }
    return (patch, body.nodes.filter { model.contains($0) })
  }

  /// Refuses what would mean something else where the call stands.
  private func check(_ node: Node, _ function: Function) throws(InliningProblem) {
    guard node.bodies.isEmpty else { throw .bodies }
    let (inside, outside) = (function.opsets, model.opsets(in: model[call].graph))
    if node.domain.isEmpty {
      let here = OperatorVersions.version(of: node.opType, opset: outside[""] ?? 1)
      let there = OperatorVersions.version(of: node.opType, opset: inside[""] ?? 1)
      guard here == there, here != nil || inside[""] == outside[""] else {
        throw .operatorSet(node.opType)
      }
    } else {
      guard let version = outside[node.domain], inside[node.domain].map({ $0 == version }) ?? true
      else { throw .operatorSet("\(node.domain).\(node.opType)") }
    }
    for attribute in node.attributes {
      if case .opaque = attribute.value { throw .attribute(attribute.name) }
    }
  }

  /// The attribute with a reference replaced by what it refers to; nil where that is not given.
  private func bound(_ attribute: Attribute, _ call: Node, _ function: Function) -> Attribute? {
    guard case .reference(let name) = attribute.value else { return attribute }
    let value =
      call.attribute(name) ?? function.defaultAttributes.first { $0.name == name }?.value
    return value.map { Attribute(attribute.name, $0) }
  }
}
