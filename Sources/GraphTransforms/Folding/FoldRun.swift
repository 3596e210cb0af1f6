internal import ModelIR
internal import Operators

/// One run over a model with one set of options.
struct FoldRun {
  private static let mostRounds = 4
  let session: FoldSession
  private let planner: FoldPlanner
  let reader: SiteReader
  let options: FoldOptions
  /// The model with calls replaced by what they call, which is the one that is folded.
  let inlined: InlinedModel
  /// Inlined calls in whose copies something was folded.
  private var openedCalls: Set<Int> = []
  let evaluator: (any ConstantEvaluator)?
  private(set) var sites: [FoldSite] = []
  var warnings: [String] = []

  init(_ model: Model, _ constants: (any ConstantEvaluator)?, _ options: FoldOptions) {
    inlined = InlinedModel(model)
    session = FoldSession(inlined.model, constants: constants, options: options)
    planner = FoldPlanner(session)
    reader = SiteReader(session)
    self.options = options
    evaluator = constants
  }

  /// Plans and applies until a round brings nothing.
  consuming func result() -> FoldResult {
    collect()
    var open = Array(sites.indices)
    fold(&open)
    storeConstants(&open)
    let merges = mergeLayers()
    if !merges.isEmpty {
      // What followed a sum of which a branch was the value itself now follows a convolution.
      open.removeAll { !session.model.contains(sites[$0].node) }
      fold(&open)
    }
    foldHalves(&open)
    let keptCalls = session.settle(inlined)
    if options.simplifies { simplify(&open) }
    let listed = listed(keptCalls)
    let (model, claims) = session.finish()
    var calls: [NodeID: NodeID] = [:]
    for index in keptCalls {
      for copy in inlined.calls[index].nodes { calls[copy] = inlined.calls[index].outermost }
    }
    return FoldResult(
      model: model, source: inlined.model, calls: calls, sites: Self.followed(listed, merges),
      journal: session.journal, merges: merges, claims: claims,
      unmatchedPatterns: options.selection.unmatched(among: sites.map(\.name)),
      diagnostics: warnings)
  }

  /// Simplifies, and folds again what that opened the way for.
  private mutating func simplify(_ open: inout [Int]) {
    let simplifier = Simplifier(session, constants: evaluator)
    open.removeAll { !session.model.contains(sites[$0].node) }
    for _ in 0..<Self.mostRounds {
      let before = session.journal.count
      guard simplifier.run() > 0 else { break }
      var rules: [NodeID: String] = [:]
      for patch in session.journal[before...] {
        for node in patch.changed where rules[node] == nil {
          rules[node] = patch.rule
        }
      }
      open.removeAll { position in
        let node = sites[position].node
        // A node may have become another operator's.
        if SiteReader.kind(of: session.model[node]) == sites[position].kind { return false }
        sites[position].outcome = .removed(rule: rules[node] ?? UnusedNodes.name)
        return true
      }
      let simplified = session.journal.count
      fold(&open)
      if session.journal.count == simplified { break }
    }
  }

  /// Stores what batch normalizations that are left make of constants, in whatever mode:
  /// standardized weights.
  private mutating func storeConstants(_ open: inout [Int]) {
    let rule = ConstantFolding()
    guard !options.disabledRules.contains(rule.name) else { return }
    // Made for the first such site: most models have none.
    var known: SimplificationContext?
    open = open.filter { position in
      let site = sites[position]
      guard site.kind == .batchNormalization, session.model.contains(site.node),
        options.excluded[site.node] == nil,
        options.selection.reason(site.node, name: site.name) == nil,
        inlined.callOfNode[site.node] == nil, function(around: site.graph) == nil,
        session.model[site.node].outputs.allSatisfy({
          $0.map { session.constancy(of: $0).tensor != nil } ?? true
        })
      else { return true }
      let context = known ?? SimplificationContext(session, constants: evaluator)
      known = context
      guard let draft = rule.simplify(site.node, in: context),
        session.commit(merging: draft.finished(by: rule.name))
      else { return true }
      sites[position].outcome = .removed(rule: rule.name)
      return false
    }
  }

  private mutating func fold(_ open: inout [Int]) {
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
  }

  /// Folds the scales of batch normalizations that are still there, and whatever that opens the
  /// way for.
  private mutating func foldHalves(_ open: inout [Int]) {
    guard options.allowsAdd else { return }
    for _ in 0..<Self.mostRounds {
      let before = open.count
      open = open.filter { position in
        guard sites[position].kind == .batchNormalization,
          session.model.contains(sites[position].node)
        else { return true }
        session.story = sites[position].story
        let attempt = attempt(sites[position], half: true)
        guard attempt.isDone else { return true }
        sites[position].outcome = attempt.outcome
        if let story = session.story { sites[position].story = story }
        if let warning = attempt.warning { warnings.append(warning) }
        return false
      }
      if open.count == before { return }
      open.removeAll { !session.model.contains(sites[$0].node) }
      fold(&open)
    }
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

  private mutating func attempt(_ site: FoldSite, half: Bool = false) -> Attempt {
    do throws(KeepReason) {
      if let reason = options.excluded[site.node] { throw reason }
      if let reason = options.selection.reason(site.node, name: site.name) { throw reason }
      if let function = function(around: site.graph) {
        throw .insideFunction(name: function.name)
      }
      guard mayOpen(site) else { throw .parameterShape }
      guard !session.originals(of: site.node).isEmpty else {
        return Attempt(outcome: site.outcome, isDone: true)
      }
      guard let affine = try affine(of: site) else {
        return Attempt(outcome: .kept(.parameterShape), isDone: true)
      }
      if session.story != nil, !half { session.story = SiteStory(affine.affine) }
      let draft = try half ? planner.halfPlan(affine) : planner.plan(affine)
      openedCalls.formUnion(try session.commit(draft).flatMap { inlined.callsAround($0) })
      let rule = draft.rules.joined(separator: "+")
      var seen: Set<NodeID> = []
      let into = draft.absorbers.map { session.inputNode($0) }.filter { seen.insert($0).inserted }
      return Attempt(
        outcome: half ? .halfFolded(rule: rule, into: into) : .folded(rule: rule, into: into),
        isDone: true,
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

  /// The function in whose body a graph lies.
  func function(around graph: GraphID) -> Function? {
    let model = session.model
    guard !model.functions.isEmpty else { return nil }
    var outermost = graph
    while let parent = model[outermost].parent { outermost = model[parent].graph }
    return model.functions.first { $0.body == outermost }
  }

  /// Arithmetic alone is no reason to replace a call by what it calls.
  private func mayOpen(_ site: FoldSite) -> Bool {
    guard site.kind == .arithmetic, let call = inlined.callOfNode[site.node] else { return true }
    return openedCalls.contains(call)
  }
}
