internal import ModelIR

/// Widens a region until both of its forms read the same values.
///
/// A tool that shares equal parts of a graph makes a form read a value that the other form computes
/// from something else: Shape of x here, x itself there. What is fed to such a region cannot be
/// drawn independently, so the nodes that make the value come in, in both forms.
struct RegionClosure {
  private let correspondence: Correspondence
  private let reads: (original: ModelReads, written: ModelReads)
  private let makers: [ValuePair: Region]
  /// Regions that may come in; a form that reads something else altogether ends here.
  private static let maximumRegions = 64

  init(
    _ correspondence: Correspondence, reads: (original: ModelReads, written: ModelReads),
    makers: [ValuePair: Region]
  ) {
    self.correspondence = correspondence
    self.reads = reads
    self.makers = makers
  }

  /// The region with what is above it as far as that is needed; itself where nothing helps.
  func closed(_ region: Region) -> Region {
    var result = region
    var tried: Set<ValuePair> = []
    for _ in 0..<Self.maximumRegions {
      guard let pair = oneSidedInputs(result).first(where: { !tried.contains($0) }) else {
        return result
      }
      tried.insert(pair)
      if let maker = makers[pair] { merge(maker, into: &result) }
    }
    return region
  }

  // MARK: Parts

  /// Values that only one form reads from outside.
  private func oneSidedInputs(_ region: Region) -> [ValuePair] {
    let old = Set(region.originalNodes.flatMap { reads.original.values(of: $0) })
    let new = Set(region.writtenNodes.flatMap { reads.written.values(of: $0) })
    return region.inputs.filter { old.contains($0.original) != new.contains($0.written) }
  }

  private func merge(_ maker: Region, into region: inout Region) {
    region.originalNodes = union(
      maker.originalNodes, region.originalNodes, in: correspondence.original)
    region.writtenNodes = union(maker.writtenNodes, region.writtenNodes, in: correspondence.written)
    let made = Set(
      region.originalNodes.flatMap { correspondence.original[$0].outputs.compactMap { $0 } })
    let inputs = region.inputs + maker.inputs.filter { !region.inputs.contains($0) }
    region.inputs = inputs.filter { !made.contains($0.original) }
    region.foreignInputs += maker.foreignInputs
  }

  /// Nodes of both lists in the order of their graph.
  private func union(_ a: [NodeID], _ b: [NodeID], in model: Model) -> [NodeID] {
    let wanted = Set(a).union(b)
    guard let graph = wanted.first.map({ model[$0].graph }) else { return [] }
    return model[graph].nodes.filter { wanted.contains($0) }
  }
}
