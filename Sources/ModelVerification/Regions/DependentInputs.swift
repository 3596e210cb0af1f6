internal import ModelIR

/// Inputs of a region that cannot hold independent numbers of any size: the original computes them
/// from other inputs or outputs of the same region, or limits what they may be.
///
/// Where a model computed the same value twice and a simplification left one of the two, the
/// original's form of a region computes it, and the written form is fed with it. Where a region
/// tells the shape of what it makes, that shape comes back to it by way of other nodes. And a
/// second Relu behind a Relu does nothing, but only there.
struct DependentInputs {
  /// Nodes above a region that may be run to make its inputs.
  private static let mostNodes = 64
  /// Operators that do not make every number.
  private static let limiting: Set<String> = [
    "Relu", "Clip", "Sigmoid", "HardSigmoid", "Softmax", "Abs", "Exp", "Sqrt", "Softplus", "Tanh",
  ]

  /// The region with the nodes that make its dependent inputs, in the original's order.
  let extended: Region
  /// What goes in, values of the original.
  let inputs: [ValueID]
  /// The inputs that are made.
  let dependent: Set<ValueID>

  /// Nil where no input is found to depend on something else; `limits` says whether those count
  /// whose maker alone limits them.
  init?(_ region: Region, _ model: Model, _ constants: ConstantSet, limits: Bool) {
    let inside = Set(region.originalNodes)
    let made = Set(region.originalNodes.flatMap { model[$0].outputs.compactMap { $0 } })
    var inputs = Set(region.inputs.map(\.original))
    let known = inputs.union(made)
    var nodes: Set<NodeID> = []
    var dependent: Set<ValueID> = []
    var fed: Set<ValueID> = []
    for input in inputs.sorted() {
      if let cone = Self.cone(above: input, known, model, constants) {
        guard nodes.union(cone).count <= Self.mostNodes else { continue }
        nodes.formUnion(cone)
        dependent.insert(input)
      } else if limits, let maker = Self.limitingMaker(of: input, model) {
        nodes.insert(maker)
        dependent.insert(input)
        fed.formUnion(
          ModelReads.inputs(of: maker, in: model).filter {
            !constants.contains($0) && !made.contains($0)
          })
      }
    }
    guard !dependent.isEmpty else { return nil }
    inputs = inputs.union(fed).subtracting(dependent)
    var extended = region
    let wanted = inside.union(nodes)
    if let graph = wanted.first.map({ model[$0].graph }) {
      extended.originalNodes = model[graph].nodes.filter { wanted.contains($0) }
    }
    self.extended = extended
    self.inputs = inputs.sorted()
    self.dependent = dependent
  }

  /// The nodes that make a value from what is known, and from nothing else; nil where there is
  /// something else, or too much.
  private static func cone(
    above value: ValueID, _ known: Set<ValueID>, _ model: Model, _ constants: ConstantSet
  ) -> Set<NodeID>? {
    var cone: Set<NodeID> = []
    var open = [value]
    while let next = open.popLast() {
      if constants.contains(next) || (next != value && known.contains(next)) { continue }
      guard let maker = model.producer(of: next), model[maker].graph == model[value].graph,
        cone.count < mostNodes
      else { return nil }
      guard cone.insert(maker).inserted else { continue }
      open += ModelReads.inputs(of: maker, in: model)
    }
    return cone
  }

  /// The standard operator of one output that makes a value and limits its numbers.
  private static func limitingMaker(of value: ValueID, _ model: Model) -> NodeID? {
    guard let maker = model.producer(of: value), model[maker].graph == model[value].graph,
      model[maker].domain.isEmpty, limiting.contains(model[maker].opType)
    else { return nil }
    return maker
  }
}
