internal import ModelIR
internal import Operators

/// One run over a model with one set of options.
struct FoldRun {
  private static let mostRounds = 4
  private let session: FoldSession
  private let planner: FoldPlanner
  private let reader: SiteReader
  private let options: FoldOptions
  private var sites: [FoldSite] = []
  private var warnings: [String] = []

  init(_ model: Model, _ constants: (any ConstantEvaluator)?, _ options: FoldOptions) {
    session = FoldSession(model, constants: constants, options: options)
    planner = FoldPlanner(session)
    reader = SiteReader(session)
    self.options = options
  }

  /// Plans and applies until a round brings nothing.
  consuming func result() -> FoldResult {
    collect()
    var open = Array(sites.indices)
    for _ in 0..<Self.mostRounds where !open.isEmpty {
      let before = open.count
      open = open.filter { position in
        session.story = options.tellsStories ? SiteStory() : nil
        let attempt = attempt(sites[position])
        sites[position].outcome = attempt.outcome
        // A folded node that others were folded into is looked at again and tells nothing new.
        if let story = session.story { sites[position].story = story }
        if let warning = attempt.warning { warnings.append(warning) }
        return !attempt.isDone
      }
      if open.count == before { break }
    }
    let (model, claims) = session.finish()
    let listed = sites.filter { $0.kind == .batchNormalization || isWorthListing($0) }
    return FoldResult(
      model: model, sites: Self.followed(listed), journal: session.journal, claims: claims,
      unmatchedPatterns: options.selection.unmatched(among: sites.map(\.name)),
      diagnostics: warnings)
  }

  // MARK: Sites

  /// Lists the candidates of all graphs by their operators.
  private mutating func collect() {
    let model = session.model
    for graph in model.graphs.indices.map({ GraphID($0) }) {
      for id in model[graph].nodes where model.contains(id) {
        guard let kind = SiteReader.kind(of: model[id]) else { continue }
        if kind == .arithmetic, !options.foldsArithmetic || isBias(id) { continue }
        sites.append(
          FoldSite(
            graph: graph, node: id, name: Blocker.name(of: model[id], in: model), kind: kind,
            outcome: .kept(.noConsumer(value: ""))))
      }
    }
  }

  /// An Add behind a MatMul is its bias: part of the linear layer, not something to fold.
  private func isBias(_ id: NodeID) -> Bool {
    let model = session.model
    guard model[id].opType == "Add" || model[id].opType == "Sub" else { return false }
    return model[id].inputs.contains { input in
      guard let input, let maker = model.producer(of: input) else { return false }
      return model[maker].isStandard("MatMul")
    }
  }

  /// What trying to fold a site gave.
  private struct Attempt {
    var outcome: FoldSite.Outcome
    /// Folded, or no site at all: not to be tried again.
    var isDone: Bool
    var warning: String?
  }

  private func attempt(_ site: FoldSite) -> Attempt {
    do throws(KeepReason) {
      if let reason = options.excluded[site.node] { throw reason }
      if let reason = options.selection.reason(site.node, name: site.name) { throw reason }
      try checkGraph(site.graph)
      guard !session.originals(of: site.node).isEmpty else {
        return Attempt(outcome: site.outcome, isDone: true)
      }
      guard let affine = try affine(of: site) else {
        return Attempt(outcome: .kept(.parameterShape), isDone: true)
      }
      if session.story != nil { session.story = SiteStory(affine.affine) }
      let draft = try planner.plan(affine)
      try session.commit(draft)
      let rule = draft.rules.joined(separator: "+")
      return Attempt(
        outcome: .folded(rule: rule, into: draft.absorbers), isDone: true,
        warning: warning(about: affine.affine.site, site.name))
    } catch {
      return Attempt(outcome: .kept(error), isDone: false)
    }
  }

  /// Scales beyond 1e4 come from statistics that nothing was learned from.
  private func warning(about affine: SiteAffine, _ name: String) -> String? {
    let large = affine.scale.indices.filter { abs(affine.scale[$0]) > 1e4 }
    guard let first = large.first else { return nil }
    return """
      "\(name)" multiplies \(large.count) of its channels by more than 10000 \
      (channel \(first): \(affine.scale[first]))
      """
  }

  private func affine(of site: FoldSite) throws(KeepReason) -> AffineSite? {
    switch site.kind {
    case .batchNormalization: try reader.normalization(site.node)
    case .arithmetic: try reader.arithmetic(site.node)
    }
  }

  /// Parameters of a function are its callers'.
  private func checkGraph(_ graph: GraphID) throws(KeepReason) {
    let model = session.model
    guard !model.functions.isEmpty else { return }
    var outermost = graph
    while let parent = model[outermost].parent { outermost = model[parent].graph }
    if let function = model.functions.first(where: { $0.body == outermost }) {
      throw .insideFunction(name: function.name)
    }
  }

  // MARK: The report

  /// Arithmetic is worth a line when it was folded, or acts per channel and was kept for a reason
  /// other than not being an affine.
  private func isWorthListing(_ site: FoldSite) -> Bool {
    switch site.outcome {
    case .folded: return true
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
  private static func followed(_ sites: [FoldSite]) -> [FoldSite] {
    var went: [NodeID: [NodeID]] = [:]
    for site in sites {
      if case .folded(_, let into) = site.outcome { went[site.node] = into }
    }
    func end(_ node: NodeID, _ depth: Int) -> [NodeID] {
      guard depth > 0, let next = went[node] else { return [node] }
      return next.flatMap { end($0, depth - 1) }
    }
    return sites.map { site in
      guard case .folded(let rule, let into) = site.outcome else { return site }
      var site = site
      var seen: Set<NodeID> = []
      let last = into.flatMap { end($0, 64) }.filter { seen.insert($0).inserted }
      site.outcome = .folded(rule: rule, into: last)
      return site
    }
  }
}
