internal import ModelIR
internal import Operators

/// Which values of a model no input of any run can change.
struct ConstantSet {
  private var flags: [Bool]
  private let model: Model
  private let defaultsAreConstant: Bool

  /// Finds all constants: fixed initializers, and what deterministic standard operators make of
  /// constants alone.
  init(_ model: Model, defaultsAreConstant: Bool) {
    self.model = model
    self.defaultsAreConstant = defaultsAreConstant
    flags = model.values.indices.map { index in
      model.isFixedInitializer(ValueID(index))
        || (defaultsAreConstant && model.values[index].initializer != nil)
    }
    visit(model.mainGraph)
    for function in model.functions { visit(function.body) }
  }

  /// Whether a value is constant.
  func contains(_ value: ValueID) -> Bool {
    flags.indices.contains(value.index) && flags[value.index]
  }

  /// Whether all that a node makes is constant.
  func contains(_ node: NodeID) -> Bool {
    let outputs = model[node].outputs.compactMap { $0 }
    return !outputs.isEmpty && outputs.allSatisfy { contains($0) }
  }

  private mutating func visit(_ graph: GraphID) {
    for id in model[graph].nodes {
      let node = model[id]
      for body in node.bodies { visit(body) }
      // Of what a CastLike is like, the type alone counts.
      let data = model.castLikeType(node) == nil ? node.inputs : [node.input(0)]
      guard isDeterministic(node), data.allSatisfy({ $0.map { contains($0) } ?? true }) else {
        continue
      }
      for output in node.outputs { if let output { flags[output.index] = true } }
    }
  }

  /// A standard operator without bodies, random numbers and references to a caller's attributes.
  private func isDeterministic(_ node: Node) -> Bool {
    guard node.domain.isEmpty, node.bodies.isEmpty, model.function(calledBy: node) == nil else {
      return false
    }
    guard !node.opType.hasPrefix("Random"),
      !["Multinomial", "Bernoulli", "Dropout"].contains(node.opType)
    else { return false }
    return !node.attributes.contains { if case .reference = $0.value { true } else { false } }
  }
}
