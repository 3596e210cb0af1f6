internal import ModelIR

extension InferenceState {
  /// Deeper than this, bodies and calls are not entered.
  private static let deepest = 64

  /// Gives a body's input what its node feeds it; the file's statement fills the gap.
  func enter(_ input: ValueID, _ type: ValueType?) {
    forget(input)
    set(input, type ?? (options.usesStatements ? stated(input) : nil))
  }

  /// What the file says of a body's input, without its extents: these may change in a loop.
  private func stated(_ input: ValueID) -> ValueType? {
    guard let type = model[input].type else { return nil }
    guard case .tensor(let element, let extents) = type else { return type }
    return .tensor(element, takesStatedExtents ? extents : extents?.map { _ in .unknown })
  }

  /// Infers a body whose inputs were entered; false where it is too deep or took too long.
  func visit(_ body: GraphID, substituting: ((Node) -> Node)? = nil) -> Bool {
    let nodes = model[body].nodes
    guard depth < Self.deepest else { return false }
    budget -= nodes.count
    guard budget > 0 else { return false }
    depth += 1
    defer { depth -= 1 }
    for node in nodes {
      for output in model[node].outputs.compactMap({ $0 }) { forget(output) }
    }
    infer(nodes: nodes, substituting: substituting)
    return true
  }

  /// Infers a body whose outputs become its inputs again: what holds in every round.
  ///
  /// Starts from the first round's types and widens what differs; two rounds settle extents, a
  /// third settles what followed from them. Returns what the values are after the last round,
  /// which may also be none.
  func repeatedVisit(
    _ body: GraphID, inputs: [ValueID], outputs: [ValueID], initial: [ValueType?]
  ) -> [ValueType?]? {
    var current = initial
    // Rounds of nested loops multiply; inside one, the widest assumption is taken at once.
    if depth > 2 { current = initial.map { $0.map(Self.widest) } }
    for round in 0..<3 {
      for (input, type) in zip(inputs, current) { enter(input, type) }
      guard visit(body) else { return nil }
      let joined = zip(current, outputs).map { type, output -> ValueType? in
        guard let type, let made = types[output.index] else { return nil }
        return SequenceShapes.either(anonymous(type), anonymous(made))
      }
      let settled = zip(joined, current).allSatisfy { new, old in
        new == old.map(anonymous)
      }
      if settled { return joined }
      current = round == 1 ? joined.map { $0.map(Self.widest) } : joined
    }
    return current.map { $0.map(Self.widest) }
  }

  /// Only the type of the elements.
  private static func widest(_ type: ValueType) -> ValueType {
    switch type {
    case .tensor(let element, _): .tensor(element, nil)
    case .sequence(let element): .sequence(widest(element))
    case .optional(let element): .optional(widest(element))
    default: type
    }
  }

  /// A type without the names that single values gave to their unknown extents: those do not say
  /// the same from one round to the next.
  private func anonymous(_ type: ValueType) -> ValueType {
    guard case .tensor(let element, let extents) = type else { return type }
    return .tensor(element, extents?.map(Self.published))
  }

  /// Infers a function's body for one call: its attributes stand for the caller's.
  func inferCall(of function: Function, _ context: NodeShapes) throws {
    let body = model[function.body]
    guard body.inputs.count >= context.node.inputs.count else {
      throw ShapeMismatch(
        "\(function.name) takes \(body.inputs.count) values, not \(context.node.inputs.count)")
    }
    for (position, input) in body.inputs.enumerated() {
      forget(input)
      guard let outer = context.node.input(position) else { continue }
      set(input, types[outer.index])
      if let known = numbers(outer) { numbers[input] = known }
      if let tensor = constant(outer) { constants[input] = tensor }
    }
    visits[function.body, default: 0] += 1
    let caller = context.node
    let visited = visit(function.body) { node in
      Self.substituting(node, caller: caller, defaults: function.defaultAttributes)
    }
    guard visited else { return }
    for (position, output) in body.outputs.enumerated() {
      context.set(position, types[output.index])
      if let known = numbers(output) { context.setNumbers(position, known) }
    }
  }

  /// A node of a function's body with its references replaced by the caller's attributes, or by
  /// the function's defaults; without both, the attribute is left out.
  static func substituting(_ node: Node, caller: Node, defaults: [Attribute]) -> Node {
    guard node.attributes.contains(where: { if case .reference = $0.value { true } else { false } })
    else { return node }
    var result = node
    result.attributes = node.attributes.compactMap { attribute in
      guard case .reference(let name) = attribute.value else { return attribute }
      let value = caller.attribute(name) ?? defaults.first { $0.name == name }?.value
      return value.map { Attribute(attribute.name, $0) }
    }
    return result
  }

  /// A value of a function that is called more than once holds something else in each call.
  func forgetRepeatedFunctions() {
    let repeated = Set(visits.filter { $0.value > 1 }.keys)
    guard !repeated.isEmpty else { return }
    for (position, value) in model.values.enumerated() where value.initializer == nil {
      var graph = value.graph
      while let parent = model[graph].parent, model.contains(parent) { graph = model[parent].graph }
      if repeated.contains(graph) { forget(ValueID(position)) }
    }
  }
}
