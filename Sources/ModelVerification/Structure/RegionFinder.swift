internal import ModelIR

/// Cuts a pair of graphs at the values that both models have.
///
/// Two nodes lie in one region when a value that only one model has runs between them, or when
/// they make the same value in the two models. Constants belong to every region that reads them.
struct RegionFinder {
  private let correspondence: Correspondence
  private let originalReads: ModelReads
  private let writtenReads: ModelReads

  init(_ correspondence: Correspondence, originalReads: ModelReads, writtenReads: ModelReads) {
    self.correspondence = correspondence
    self.originalReads = originalReads
    self.writtenReads = writtenReads
  }

  /// The regions of a pair of graphs, in the original's order.
  ///
  /// Complexity: linear in nodes and their inputs.
  func regions(of index: Int) -> [Region] {
    let pair = correspondence.graphs[index]
    let original = side(
      correspondence.original, pair.original, correspondence.originalConstants, originalReads)
    let written = side(
      correspondence.written, pair.written, correspondence.writtenConstants, writtenReads)
    var sets = DisjointSets(original.nodes.count + written.nodes.count)
    original.joinVanished(&sets, offset: 0) { correspondence.writtenValue[$0] == nil }
    written.joinVanished(&sets, offset: original.nodes.count) {
      correspondence.originalValue[$0] == nil
    }
    for (value, maker) in original.makers {
      guard let other = correspondence.writtenValue[value], let counterpart = written.makers[other]
      else { continue }
      sets.join(maker, original.nodes.count + counterpart)
    }
    return collect(index, original, written, &sets)
  }

  // MARK: Parts

  /// One model's nodes that are no constants.
  private struct Side {
    let model: Model
    let constants: ConstantSet
    let reads: ModelReads
    var nodes: [NodeID] = []
    var makers: [ValueID: Int] = [:]

    /// Joins the makers of values that the other model lacks with their readers.
    func joinVanished(
      _ sets: inout DisjointSets, offset: Int, _ isVanished: (ValueID) -> Bool
    ) {
      for (position, node) in nodes.enumerated() {
        for value in reads.values(of: node) {
          if let maker = makers[value], isVanished(value) {
            sets.join(offset + maker, offset + position)
          }
        }
      }
    }
  }

  private func side(
    _ model: Model, _ graph: GraphID, _ constants: ConstantSet, _ reads: ModelReads
  ) -> Side {
    var side = Side(model: model, constants: constants, reads: reads)
    for id in model[graph].nodes where !constants.contains(id) {
      for output in model[id].outputs.compactMap({ $0 }) { side.makers[output] = side.nodes.count }
      side.nodes.append(id)
    }
    return side
  }

  private func collect(
    _ index: Int, _ original: Side, _ written: Side, _ sets: inout DisjointSets
  ) -> [Region] {
    var regions: [Region] = []
    var regionOf: [Int: Int] = [:]
    func region(_ element: Int, _ sets: inout DisjointSets) -> Int {
      let root = sets.find(element)
      if let known = regionOf[root] { return known }
      regions.append(Region(graph: index))
      regionOf[root] = regions.count - 1
      return regions.count - 1
    }
    var inputs: [Set<ValuePair>] = []
    for (position, node) in original.nodes.enumerated() {
      let r = region(position, &sets)
      if inputs.count <= r { inputs.append([]) }
      regions[r].originalNodes.append(node)
      for value in original.reads.values(of: node) where !original.constants.contains(value) {
        guard let other = correspondence.writtenValue[value] else {
          if original.makers[value] == nil {
            regions[r].foreignInputs.append(original.model[value].name)
          }
          continue
        }
        let pair = ValuePair(original: value, written: other)
        if inputs[r].insert(pair).inserted { regions[r].inputs.append(pair) }
      }
      for output in original.model[node].outputs.compactMap({ $0 }) {
        if let other = correspondence.writtenValue[output] {
          regions[r].outputs.append(ValuePair(original: output, written: other))
        }
      }
    }
    for (position, node) in written.nodes.enumerated() {
      let r = region(original.nodes.count + position, &sets)
      if inputs.count <= r { inputs.append([]) }
      regions[r].writtenNodes.append(node)
      for value in written.reads.values(of: node) where !written.constants.contains(value) {
        guard let other = correspondence.originalValue[value] else {
          if written.makers[value] == nil {
            regions[r].foreignInputs.append(written.model[value].name)
          }
          continue
        }
        let pair = ValuePair(original: other, written: value)
        if inputs[r].insert(pair).inserted { regions[r].inputs.append(pair) }
      }
    }
    for r in regions.indices { dropOwnOutputs(&regions[r]) }
    return regions
  }

  /// What a region makes itself is not fed to it.
  private func dropOwnOutputs(_ region: inout Region) {
    let made = Set(region.outputs)
    region.inputs.removeAll { made.contains($0) }
  }
}
