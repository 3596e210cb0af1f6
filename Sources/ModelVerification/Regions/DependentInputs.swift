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

  /// The region with the nodes that make its dependent inputs, in the original's order.
  let extended: Region
  /// What goes in, values of the original.
  let inputs: [ValueID]
  /// The inputs that are made.
  let dependent: Set<ValueID>

  /// Nil where no input is found to depend on something else.
  ///
  /// `further` counts the nodes, nearest first, that make the other inputs: what these nodes do to
  /// any numbers, the region may rely on.
  init?(_ region: Region, _ model: Model, _ constants: ConstantSet, further: Int) {
    let made = Set(region.originalNodes.flatMap { model[$0].outputs.compactMap { $0 } })
    let own = region.inputs.map(\.original).sorted()
    let known = made.union(own)
    var nodes: Set<NodeID> = []
    var dependent: Set<ValueID> = []
    for input in own {
      guard let cone = Self.cone(above: input, known, model, constants),
        nodes.union(cone).count <= Self.mostNodes
      else { continue }
      nodes.formUnion(cone)
      dependent.insert(input)
    }
    var fed = Set(own).subtracting(dependent)
    var open = fed.sorted()
    var left = further
    while left > 0, !open.isEmpty {
      let value = open.removeFirst()
      guard let maker = model.producer(of: value), model[maker].graph == model[value].graph,
        model[maker].domain.isEmpty, model[maker].bodies.isEmpty
      else { continue }
      left -= 1
      dependent.formUnion(own.filter { model[maker].outputs.contains($0) })
      fed.subtract(model[maker].outputs.compactMap { $0 })
      guard nodes.insert(maker).inserted else { continue }
      for input in ModelReads.inputs(of: maker, in: model)
      where !constants.contains(input) && !made.contains(input) && !own.contains(input) {
        if fed.insert(input).inserted { open.append(input) }
      }
    }
    guard !dependent.isEmpty else { return nil }
    let makes = Set(nodes.flatMap { model[$0].outputs.compactMap { $0 } })
    var extended = region
    let wanted = nodes.union(region.originalNodes)
    if let graph = wanted.first.map({ model[$0].graph }) {
      extended.originalNodes = model[graph].nodes.filter { wanted.contains($0) }
    }
    self.extended = extended
    inputs = fed.subtracting(makes).sorted()
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
}
