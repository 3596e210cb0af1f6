internal import ModelIR
internal import Operators

/// Rule `reparameterize`: linear layers that become one.
extension FoldRun {
  /// Merges layers in rows, then sums of linear branches, and the rows that these make.
  mutating func mergeLayers() -> [LayerMerge] {
    guard options.mergesLayers else { return [] }
    var merges = mergeRows()
    let sums = mergeSums()
    merges += sums
    if !sums.isEmpty { merges += mergeRows() }
    for kind in [LayerMerge.Kind.branches, .row] { warn(of: merges.filter { $0.kind == kind }) }
    return merges
  }

  /// Makes one convolution of each sum of linear branches, the widest sums first.
  private func mergeSums() -> [LayerMerge] {
    var merges: [LayerMerge] = []
    for id in mergeableNodes.reversed() where session.model.contains(id) {
      guard options.excluded[id] == nil, let merger = BranchMerger(session, root: id),
        mayMerge(merger.nodes), let (patch, merge) = merger.drawn(),
        session.commit(merging: patch)
      else { continue }
      merges.append(merge)
    }
    return merges
  }

  /// Makes one layer of each two in a row, as long as there are such.
  private func mergeRows() -> [LayerMerge] {
    guard let evaluator else { return [] }
    var merges: [LayerMerge] = []
    var before = -1
    while merges.count > before {
      before = merges.count
      for id in mergeableNodes where session.model.contains(id) {
        guard options.excluded[id] == nil, let merger = RowMerger(session, last: id, evaluator),
          mayMerge(merger.nodes), let (patch, merge) = merger.drawn(),
          session.commit(merging: patch)
        else { continue }
        merges.append(merge)
      }
    }
    return merges
  }

  /// Nodes in the order of their graphs, without those of functions.
  private var mergeableNodes: [NodeID] {
    let model = session.model
    return model.graphs.indices.map { GraphID($0) }
      .filter { function(around: $0) == nil }
      .flatMap { model[$0].nodes }
  }

  private mutating func warn(of merges: [LayerMerge]) {
    guard !merges.isEmpty else { return }
    let change = merges.reduce(0) { $0 + $1.parametersAfter - $1.parametersBefore }
    let count = merges.reduce(0) { $0 + $1.count }
    let parts: String
    switch merges[0].kind {
    case .branches:
      parts =
        "\(count) branches became \(merges.count) convolution\(merges.count == 1 ? "" : "s")"
    case .row:
      parts =
        merges.count == 1
        ? "1 linear layer was multiplied into the one beside it"
        : "\(merges.count) linear layers were multiplied into those beside them"
    }
    warnings.append(
      "\(parts) (reparameterize), parameters \(change < 0 ? "−\(-change)" : "+\(change)")")
  }

  /// Whether the user lets all sites among some nodes be folded.
  private func mayMerge(_ nodes: [NodeID]) -> Bool {
    let sites = sites.filter { nodes.contains($0.node) }
    if sites.isEmpty, options.selection.chosen != nil || !options.selection.only.isEmpty {
      return false
    }
    return sites.allSatisfy { options.selection.reason($0.node, name: $0.name) == nil }
  }
}
