internal import ModelIR

/// Finds a complete plan for one site: backward into what makes its input, else forward into what
/// reads its output.
struct FoldPlanner {
  private static let longestPath = 1024
  let session: FoldSession

  init(_ session: FoldSession) { self.session = session }

  /// A draft in which every path has ended in an absorber, or the reasons why there is none.
  func plan(_ site: AffineSite) throws(KeepReason) -> FoldDraft {
    let backward: KeepReason
    do throws(KeepReason) {
      return try told(.backward) { () throws(KeepReason) in try checked(self.backward(site)) }
    } catch {
      backward = error
    }
    do throws(KeepReason) {
      return try told(.forward) { () throws(KeepReason) in try checked(forward(site)) }
    } catch {
      throw .noPath(backward: backward, forward: error)
    }
  }

  /// Writes down how a direction ended.
  func told(
    _ direction: SiteStory.Direction, as ending: SiteStory.Event = .isComplete,
    _ plan: () throws(KeepReason) -> FoldDraft
  ) throws(KeepReason) -> FoldDraft {
    do throws(KeepReason) {
      let draft = try plan()
      tell(direction, ending)
      return draft
    } catch {
      tell(direction, .stops(error))
      throw error
    }
  }

  private func tell(_ direction: SiteStory.Direction, _ event: @autoclosure () -> SiteStory.Event) {
    guard session.story != nil else { return }
    session.story?.steps.append(SiteStory.Step(direction: direction, event: event()))
  }

  /// Writes down where a node sent the affine, or that it took it.
  private func tell(
    _ direction: SiteStory.Direction, _ visit: Visit, _ rule: String, _ demands: [Demand]
  ) {
    tell(
      direction,
      demands.isEmpty
        ? .absorbs(visit.blocker, rule: rule)
        : .passes(visit.blocker, rule: rule, to: demands.map { session.model[$0.value].name }))
  }

  func checked(_ draft: FoldDraft) throws(KeepReason) -> FoldDraft {
    // One node goes: the site's.
    guard draft.addedNodes <= 1 else { throw .moreNodes }
    return draft
  }

  // MARK: Backward

  /// `half`: the site's node stays, as another operator that reads what is made now.
  func backward(_ site: AffineSite, half: Bool = false) throws(KeepReason) -> FoldDraft {
    var draft = FoldDraft(site: site.node, session: session)
    var pending = [(demand: Demand(value: site.input, affine: site.affine), reader: site.node)]
    while let (demand, reader) = pending.popLast() {
      let (maker, output) = try self.maker(of: demand.value, for: reader)
      let visit = Visit(maker, session)
      let rule = try meet(visit, "-backward", &draft)
      // The site's own input is made under the name of the site's output.
      draft.rename(
        demand.value, to: demand.value == site.input && !half ? site.output : nil, session)
      let demands = try rule.backward(demand.affine, output: output, at: visit, draft: &draft)
      tell(.backward, visit, rule.name, demands)
      if demands.isEmpty { draft.absorbed(by: rule.name, at: maker) }
      // The first demand is followed first.
      for next in demands.reversed() where !next.affine.layout.actsNowhere {
        pending.append((next, maker))
      }
    }
    return draft
  }

  /// The node that makes a value which `reader` alone reads.
  private func maker(
    of value: ValueID, for reader: NodeID
  ) throws(KeepReason) -> (NodeID, output: Int) {
    let model = session.model
    let name = model[value].name
    guard model[value].graph == model[reader].graph else { throw .madeOutside(value: name) }
    guard case .node(let maker, let output) = model[value].producer else {
      throw .graphInput(value: name)
    }
    guard session.uses.graphOutputs(of: value).isEmpty else { throw .graphOutput(value: name) }
    let uses = numberUses(of: value)
    if uses.contains(where: { model[$0.node].graph != model[value].graph }) {
      throw .captured(value: name)
    }
    guard uses.count == 1 else { throw .severalConsumers(value: name, count: uses.count) }
    return (maker, output)
  }

  // MARK: Forward

  /// `half`: the site's node stays, as another operator that makes what is read now.
  func forward(_ site: AffineSite, half: Bool = false) throws(KeepReason) -> FoldDraft {
    var draft = FoldDraft(site: site.node, session: session)
    if half {
      draft.rename(site.output, session)
    } else {
      draft.redirect(site.output, to: site.input)
    }
    var pending = [Demand(value: site.output, affine: site.affine)]
    while let demand = pending.popLast() {
      for (reader, inputs) in try readers(of: demand.value) {
        let visit = Visit(reader, session)
        let rule = try meet(visit, "-forward", &draft)
        let demands = try rule.forward(
          demand.affine, inputs: inputs, at: visit, draft: &draft)
        tell(.forward, visit, rule.name + "-forward", demands)
        if demands.isEmpty { draft.absorbed(by: rule.name + "-forward", at: reader) }
        for next in demands {
          draft.rename(next.value, session)
          pending.append(next)
        }
      }
    }
    return draft
  }

  /// Every node that reads a value, with the inputs by which it does.
  private func readers(of value: ValueID) throws(KeepReason) -> [(NodeID, [Int])] {
    let model = session.model
    let name = model[value].name
    guard session.uses.graphOutputs(of: value).isEmpty else { throw .graphOutput(value: name) }
    let uses = numberUses(of: value)
    guard !uses.isEmpty else { throw .noConsumer(value: name) }
    if uses.contains(where: { model[$0.node].graph != model[value].graph }) {
      throw .captured(value: name)
    }
    let inputs = Dictionary(grouping: uses, by: \.node).mapValues { $0.map(\.input).sorted() }
    return inputs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Who reads a value's numbers; Shape and Size do not mind what these are.
  private func numberUses(of value: ValueID) -> [UseIndex.Use] {
    session.uses.uses(of: value).filter {
      let node = session.model[$0.node]
      return !node.isStandard("Shape") && !node.isStandard("Size")
    }
  }

  /// The rule for a node that is met for the first time.
  private func meet(
    _ visit: Visit, _ direction: String, _ draft: inout FoldDraft
  ) throws(KeepReason) -> any OperatorRule {
    guard visit.node.domain.isEmpty else { throw .customOperator(visit.blocker) }
    guard let rule = FoldRules.byOperator[visit.node.opType] else {
      throw .notLinear(visit.blocker)
    }
    guard draft.meet(visit.id) else { throw .pathsMeet(visit.blocker) }
    guard draft.pathLength <= Self.longestPath else { throw .pathTooLong(visit.blocker) }
    let disabled = session.options.disabledRules
    for name in [rule.name, rule.name + direction] where disabled.contains(name) {
      throw .ruleOff(rule: name, visit.blocker)
    }
    return rule
  }
}
