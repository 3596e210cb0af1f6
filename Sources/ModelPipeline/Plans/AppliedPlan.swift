internal import GraphTransforms
internal import ModelIR
internal import ModelReports

/// A plan held against the model that it is applied to.
struct AppliedPlan {
  private let plan: PlanFile
  /// The nodes that the plan folds.
  private let chosen: [PlanFile.Site: NodeID]

  /// Finds the plan's sites in the model.
  ///
  /// Errors: `PipelineError` where the plan names a site that the model does not have, or two
  /// times the same.
  init(_ plan: PlanFile, _ model: Model) throws {
    self.plan = plan
    var makers: [String: [String: NodeID]] = [:]
    for graph in model.graphs.indices.map({ GraphID($0) }) {
      var here: [String: NodeID] = [:]
      for node in model[graph].nodes {
        if let output = model[node].output(0) { here[model[output].name] = node }
      }
      makers[model.path(of: graph), default: [:]].merge(here) { first, _ in first }
    }
    var chosen: [PlanFile.Site: NodeID] = [:]
    var seen: Set<NodeID> = []
    for site in plan.sites {
      guard let node = makers[site.graph]?[site.output] else {
        let place = site.graph.isEmpty ? "the main graph" : site.graph
        throw PipelineError(
          .badInput,
          """
          \(plan.path): the model has no node that makes "\(site.output)" in \(place); \
          the plan is for another model
          """)
      }
      guard seen.insert(node).inserted else {
        throw PipelineError(.badInput, "\(plan.path): \"\(site.output)\" stands there twice")
      }
      if site.folds { chosen[site] = node }
    }
    self.chosen = chosen
  }

  /// Lets a fold touch what the plan folds, and nothing else.
  func apply(to options: inout FoldOptions) {
    plan.apply(to: &options)
    options.selection.chosen = Set(chosen.values)
  }

  /// Throws where the result is not what the plan says.
  func check(_ result: FoldResult) throws {
    let sites = Dictionary(
      result.sites.map { ($0.node, $0) }, uniquingKeysWith: { first, _ in first })
    for (site, node) in chosen.sorted(by: { $0.value < $1.value }) {
      let found: String
      switch sites[node]?.outcome {
      case .folded(let rule, _), .halfFolded(let rule, _):
        if site.rule == nil || site.rule == rule { continue }
        found = "the model folds it by \"\(rule)\""
      case .merged:
        if site.rule == nil || site.rule == "reparameterize" { continue }
        found = "the model folds it by \"reparameterize\""
      case .kept(let reason): found = "it cannot be folded: \(reason)"
      case .removed(let rule): found = "simplification removes it by \"\(rule)\""
      case nil: found = "it is not a site"
      }
      let wanted = site.rule.map { " by \"\($0)\"" } ?? ""
      throw PipelineError(
        .badInput, "\(plan.path): the plan folds \"\(site.node)\"\(wanted), but \(found)")
    }
  }
}
