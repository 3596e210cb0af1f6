internal import GraphEvaluation
internal import GraphTransforms
internal import ModelIR
internal import ModelReports
internal import ModelStatistics
internal import Operators

/// Everything that is known about a model's batch normalizations: their parameters, what a fold
/// would do, and what data say.
enum NormalizationHealth {
  /// A line for each site of the plan that is one, with all findings.
  static func lines(
    _ plan: FoldResult, maxima: [NodeID: Double] = [:],
    moments: [ValueID: ChannelMoments] = [:]
  ) -> [NormalizationLine] {
    let model = plan.source
    let sites = Set(plan.sites.map(\.node))
    var kept: [NodeID: String] = [:]
    for site in plan.sites {
      if case .kept(let reason) = site.outcome { kept[site.node] = reason.description }
    }
    let constants = ConstantView(evaluator: KernelConstantEvaluator())
    // Bodies of functions of which every call was replaced are not run any more.
    let all = NormalizationStatistics.all(in: model, constants: constants).filter {
      model.functions.isEmpty || sites.contains($0.node)
    }
    return all.map { statistics in
      var statistics = statistics
      if let reason = kept[statistics.node], !statistics.findings.contains(where: \.preventsFold) {
        statistics.findings.append(NormalizationFinding(.keptByFold(reason)))
      }
      if let maximum = maxima[statistics.node], maximum > 65504 {
        statistics.findings.append(NormalizationFinding(.overflowsHalf(maximum)))
      }
      let data = model[statistics.node].input(0).flatMap { moments[$0] }
      return NormalizationLine(
        statistics, in: model,
        drift: data.flatMap { NormalizationDrift(of: statistics, data: $0.channels) })
    }
  }
}
