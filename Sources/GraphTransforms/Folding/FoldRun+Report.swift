internal import ModelIR

/// What the result says of each site.
extension FoldRun {
  /// The sites of the report: those of functions that are still called as they stand there, those
  /// of inlined calls as they stand in the calls' places.
  func listed(_ keptCalls: Set<Int>) -> [FoldSite] {
    var because: [NodeID: String] = [:]
    for site in sites {
      guard let index = inlined.callOfNode[site.node], !keptCalls.contains(index) else { continue }
      let call = inlined.calls[index]
      guard let place = call.nodes.firstIndex(of: site.node), place < call.bodyNodes.count,
        case .kept(let reason) = site.outcome
      else { continue }
      because[call.bodyNodes[place]] = "where it is called, \(reason)"
    }
    return sites.compactMap { site in
      if let index = inlined.callOfNode[site.node], !keptCalls.contains(index) { return nil }
      guard site.kind == .batchNormalization || isWorthListing(site) else { return nil }
      guard inlined.isFunctionGraph(site.graph) else { return settled(site) }
      guard let function = function(around: site.graph) else { return nil }
      var site = site
      let problem = inlined.problems[function.body].map { "that function \($0.text)" }
      site.outcome = .kept(
        .insideFunction(name: function.name, because: problem ?? because[site.node] ?? ""))
      return site
    }
  }

  /// A site that went with constants which nothing reads any more was not kept.
  private func settled(_ site: FoldSite) -> FoldSite {
    guard case .kept = site.outcome, !session.model.contains(site.node) else { return site }
    var site = site
    site.outcome = .removed(rule: UnusedNodes.name)
    return site
  }

  /// Arithmetic is worth a line when it was folded, or acts per channel and was kept for a reason
  /// other than not being an affine.
  private func isWorthListing(_ site: FoldSite) -> Bool {
    switch site.outcome {
    case .folded, .halfFolded, .merged: return true
    case .removed: return false
    case .kept(.parameterShape): return false
    case .kept:
      do throws(KeepReason) {
        return try reader.arithmetic(site.node)?.affine.layout.axes.isEmpty == false
      } catch {
        return true
      }
    }
  }

  /// A node that absorbed and was folded itself later passes on to where it went.
  static func followed(_ sites: [FoldSite], _ merges: [LayerMerge]) -> [FoldSite] {
    var went: [NodeID: [NodeID]] = [:]
    for merge in merges {
      for node in merge.removed { went[node] = [merge.layer] }
    }
    for site in sites {
      if case .folded(_, let into) = site.outcome { went[site.node] = into }
    }
    func end(_ node: NodeID, _ depth: Int) -> [NodeID] {
      guard depth > 0, let next = went[node] else { return [node] }
      return next.flatMap { end($0, depth - 1) }
    }
    return sites.map { site in
      var site = site
      func last(_ into: [NodeID]) -> [NodeID] {
        var seen: Set<NodeID> = []
        return into.flatMap { end($0, 64) }.filter { seen.insert($0).inserted }
      }
      switch site.outcome {
      case .folded(let rule, let into): site.outcome = .folded(rule: rule, into: last(into))
      case .halfFolded(let rule, let into):
        site.outcome = .halfFolded(rule: rule, into: last(into))
      default:
        if let into = went[site.node]?.first { site.outcome = .merged(into: into) }
      }
      return site
    }
  }
}
