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
        let (outcome, isDone) = attempt(sites[position])
        sites[position].outcome = outcome
        return !isDone
      }
      if open.count == before { break }
    }
    let (model, claims) = session.finish()
    let listed = sites.filter { $0.kind == .batchNormalization || isWorthListing($0) }
    return FoldResult(
      model: model, sites: Self.followed(listed), journal: session.journal, claims: claims,
      diagnostics: [])
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

  /// Tries to fold one site; it is done with when it was folded or turns out to be none.
  private func attempt(_ site: FoldSite) -> (FoldSite.Outcome, isDone: Bool) {
    do throws(KeepReason) {
      if let reason = options.excluded[site.node] { throw reason }
      try checkGraph(site.graph)
      guard !session.originals(of: site.node).isEmpty else { return (site.outcome, true) }
      guard let affine = try affine(of: site) else { return (.kept(.parameterShape), true) }
      let draft = try planner.plan(affine)
      try session.commit(draft)
      return (
        .folded(rule: draft.rules.joined(separator: "+"), into: draft.absorbers), true
      )
    } catch {
      return (.kept(error), false)
    }
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
