internal import ModelIR

/// Inputs of a region that the original computes from other inputs of the same region: fed with
/// independent numbers they would hold what never meets.
///
/// Where a model computed the same value twice and a simplification left one of the two, the
/// original's form of a region computes it, and the written form is fed with it.
struct DependentInputs {
  /// Nodes above a region that may be run to make its inputs.
  private static let mostNodes = 64

  /// The region as it is sampled: the nodes that make dependent inputs come first, and what goes in
  /// is what these need.
  let extended: Region

  /// Nil where no input is found to depend on another one.
  init?(_ region: Region, _ model: Model, _ constants: ConstantSet) {
    let inputs = Set(region.inputs.map(\.original))
    let inside = Set(region.originalNodes)
    var nodes: Set<NodeID> = []
    var dependent: Set<ValueID> = []
    for input in inputs.sorted() {
      guard let cone = Self.cone(above: input, inputs, model, constants),
        nodes.union(cone).count <= Self.mostNodes, cone.isDisjoint(with: inside)
      else { continue }
      nodes.formUnion(cone)
      dependent.insert(input)
    }
    guard !dependent.isEmpty else { return nil }
    var extended = region
    extended.originalNodes = nodes.sorted() + region.originalNodes
    extended.inputs.removeAll { dependent.contains($0.original) }
    self.extended = extended
  }

  /// The nodes that make a value from other inputs, and from nothing else; nil where there is
  /// something else, or too much.
  private static func cone(
    above value: ValueID, _ inputs: Set<ValueID>, _ model: Model, _ constants: ConstantSet
  ) -> Set<NodeID>? {
    var cone: Set<NodeID> = []
    var open = [value]
    while let next = open.popLast() {
      if constants.contains(next) || (next != value && inputs.contains(next)) { continue }
      guard let maker = model.producer(of: next), model[maker].graph == model[value].graph,
        cone.count < mostNodes
      else { return nil }
      guard cone.insert(maker).inserted else { continue }
      open += ModelReads.inputs(of: maker, in: model)
    }
    return cone
  }
}
