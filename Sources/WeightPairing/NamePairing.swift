internal import ModelFormats
internal import ModelIR

/// Finds the pairs that names and channel counts together make certain.
///
/// A name proposes a layer; channel counts decide. In a sequence and inside a layer the order is
/// plain. `conv1` and `bn1` may also stand in a block that normalizes first, so there must be a pair
/// of the same kind (same names but for numbers) in which that is impossible, and none in which the
/// other is. A square weight in a sequence may belong to a transposed convolution unless others of
/// the same kind tell.
struct NamePairing {
  /// A layer proposed for a normalization.
  private struct Proposal {
    var normalization: Int
    var rule: NamingRule
    var candidate: WeightNames.Candidate
    /// What pairs of the same kind have in common.
    var family: String
    /// What families share evidence.
    var clan: String
    /// The layouts in which the channels agree.
    var layouts: [LinearLayer.Layout]
    /// Whether the normalization might as well come before the layer.
    var mayComeBefore: Bool
    /// Whether the weight may as well be one of a transposed layer that no layout speaks of.
    var mayBeTransposed: Bool
  }

  /// What all pairs of one kind tell together.
  private struct Evidence {
    var contradicts = false
    var order = false
    var layouts: Set<LinearLayer.Layout> = []
  }

  private let names: WeightNames
  private let epsilon: Double?

  init(_ names: WeightNames, epsilon: Double?) {
    self.names = names
    self.epsilon = epsilon
  }

  func result() -> Pairing {
    var proposals = names.normalizations.indices.flatMap { position in
      NamingRule.allCases.flatMap { self.proposals(position, $0) }
    }
    var families: [String: Evidence] = [:]
    var clans: [String: Evidence] = [:]
    for proposal in proposals {
      note(proposal, in: &families[proposal.family, default: Evidence()])
      note(proposal, in: &clans[proposal.clan, default: Evidence()])
    }
    proposals += blocksThatNormalizeFirst(families)
    var found: [Int: [LayerPair]] = [:]
    var reasons: [Int: String] = [:]
    for proposal in proposals {
      let own = families[proposal.family] ?? Evidence()
      let clan = clans[proposal.clan] ?? Evidence()
      switch decide(proposal, own, clan) {
      case .success(let pair):
        if found[proposal.normalization]?.contains(where: { $0.layer == pair.layer }) != true {
          found[proposal.normalization, default: []].append(pair)
        }
      case .failure(let doubt): reasons[proposal.normalization] = doubt.reason
      }
    }
    return settle(found, reasons)
  }

  // MARK: Proposals

  private func proposals(_ position: Int, _ rule: NamingRule) -> [Proposal] {
    let (normalization, module) = names.normalizations[position]
    return rule.layers(before: module).compactMap { name -> Proposal? in
      guard let candidate = names.layers[name] else { return nil }
      return proposal(
        position, rule, candidate, normalization, module,
        family: "\(module.template)#\(rule)#\(ModuleName.starred(module.leaf))"
          + "#\(ModuleName.starred(candidate.module.leaf))")
    }
  }

  private func proposal(
    _ position: Int, _ rule: NamingRule, _ candidate: WeightNames.Candidate,
    _ normalization: NormalizationNames, _ module: ModuleName, family: String
  ) -> Proposal {
    Proposal(
      normalization: position, rule: rule, candidate: candidate, family: family,
      // A module of one layer and one normalization is the same wherever it is used.
      clan: NamingRule.isWholeName(module.leaf) ? "#\(rule)" : "\(module.template)#\(rule)",
      layouts: layouts(candidate, normalization.channels, rule),
      mayComeBefore: mayComeBefore(candidate, normalization.channels),
      mayBeTransposed: mayBeTransposed(candidate))
  }

  /// Keras keeps the kernel of a transposed convolution as [k…, O, I]: a square one looks like
  /// [k…, I, O], and only a name can tell.
  private func mayBeTransposed(_ candidate: WeightNames.Candidate) -> Bool {
    let extents = candidate.extents
    return candidate.layer.layout == .outputLast && extents.count >= 3
      && extents[extents.count - 1] == extents[extents.count - 2]
      && !NamingRule.saysStraight(candidate.module.leaf)
  }

  /// The layouts in which the layer has as many outputs as the normalization has channels.
  private func layouts(
    _ candidate: WeightNames.Candidate, _ channels: Int, _ rule: NamingRule
  ) -> [LinearLayer.Layout] {
    var layer = candidate.layer
    var result: [LinearLayer.Layout] = []
    let isTransposed = NamingRule.saysTransposed(candidate.module.leaf)
    if !isTransposed, layer.outputs(candidate.extents) == channels { result.append(layer.layout) }
    guard layer.layout == .outputFirst, candidate.extents.count >= 3 else { return result }
    // Names of a convolution's own kind leave no room for a transposed one.
    guard isTransposed || !NamingRule.saysStraight(candidate.module.leaf) else { return result }
    layer.layout = .transposed
    let isDepthwise = candidate.extents[1] == 1 && candidate.extents[0] == channels
    if isDepthwise {
      // The same fold either way.
      return result.isEmpty ? [.transposed] : result
    }
    if layer.outputs(candidate.extents) == channels { result.append(.transposed) }
    return result
  }

  private func mayComeBefore(_ candidate: WeightNames.Candidate, _ channels: Int) -> Bool {
    let extents = candidate.extents
    let isTransposed = NamingRule.saysTransposed(candidate.module.leaf)
    switch candidate.layer.layout {
    case .outputFirst, .transposed:
      if isTransposed { return extents[0] == channels }
      return extents[1] == channels || extents.count > 2 && extents[1] == 1
    case .outputLast: return extents[extents.count - 2] == channels
    case .depthwiseLast: return true
    }
  }

  private func note(_ proposal: Proposal, in evidence: inout Evidence) {
    guard !proposal.layouts.isEmpty else {
      evidence.contradicts = true
      return
    }
    if proposal.layouts.count == 1 { evidence.layouts.insert(proposal.layouts[0]) }
    if !proposal.mayComeBefore { evidence.order = true }
  }

  /// `bn1 conv1 bn2 conv2`: where no pair of the same number fits and every normalization fits the
  /// layer of its number as what comes before it, the layer before is that of the number before.
  private func blocksThatNormalizeFirst(_ families: [String: Evidence]) -> [Proposal] {
    var members: [String: [Proposal]] = [:]
    for (position, (normalization, module)) in names.normalizations.enumerated() {
      for proposal in proposals(position, .sameEnding)
      where families[proposal.family]?.contradicts == true {
        for name in NamingRule.layersOneBefore(module) {
          guard let candidate = names.layers[name],
            ModuleName.starred(candidate.module.leaf)
              == ModuleName.starred(proposal.candidate.module.leaf)
          else { continue }
          var chained = self.proposal(
            position, .sequence, candidate, normalization, module,
            family: proposal.family + "#first")
          // Held against its own number too: each has to read what it normalizes.
          if !proposal.mayComeBefore { chained.layouts = [] }
          members[chained.family, default: []].append(chained)
        }
      }
    }
    return members.values.flatMap { family in
      family.allSatisfy { $0.layouts.count == 1 } ? family : []
    }.sorted { $0.normalization < $1.normalization }
  }

  // MARK: Decisions

  private struct Doubt: Error { var reason: String }

  private func decide(
    _ proposal: Proposal, _ own: Evidence, _ clan: Evidence
  ) -> Result<LayerPair, Doubt> {
    let normalization = names.normalizations[proposal.normalization].names
    let layer = "\"\(proposal.candidate.layer.name)\""
    func doubt(_ reason: String) -> Result<LayerPair, Doubt> { .failure(Doubt(reason: reason)) }
    guard !proposal.layouts.isEmpty else {
      return doubt(
        "\(layer) of shape \(proposal.candidate.extents) does not have its "
          + "\(normalization.channels) channels as outputs")
    }
    guard !own.contradicts else {
      return doubt("\(layer) goes with it by name, but others named alike do not fit")
    }
    if proposal.rule.leavesOrderOpen {
      guard own.order || clan.order && !clan.contradicts else {
        return doubt(
          "names and shapes do not tell whether it comes before \(layer) or after it")
      }
    }
    let squareWeight =
      "\(layer) has a square weight: a convolution or a transposed one, names do not tell"
    guard !proposal.mayBeTransposed else { return doubt(squareWeight) }
    var layout = proposal.layouts[0]
    if proposal.layouts.count > 1 {
      let known = own.layouts.isEmpty ? clan.layouts : own.layouts
      guard known.count == 1, let only = known.first, proposal.layouts.contains(only) else {
        return doubt(squareWeight)
      }
      layout = only
    }
    guard names.type(proposal.candidate.layer.weight)?.isFoldableFloat == true else {
      return doubt("the weight of \(layer) is not of a type that can be folded")
    }
    var chosen = proposal.candidate.layer
    chosen.layout = layout
    if let bias = names.extents(chosen.bias), bias != [normalization.channels] {
      return doubt("\"\(chosen.bias)\" of shape \(bias) is no bias for it")
    }
    let isFirst = proposal.family.hasSuffix("#first")
    return .success(
      LayerPair(
        layer: chosen, normalization: normalization,
        epsilon: epsilon ?? normalization.convention.defaultEpsilon,
        evidence: isFirst ? "blocks that normalize first" : proposal.rule.name))
  }

  /// One layer for each normalization and one normalization for each layer.
  private func settle(_ found: [Int: [LayerPair]], _ reasons: [Int: String]) -> Pairing {
    var users: [String: Int] = [:]
    for pairs in found.values {
      for pair in pairs { users[pair.layer.weight, default: 0] += 1 }
    }
    var result = Pairing(pairs: [], unpaired: [])
    for (position, (normalization, _)) in names.normalizations.enumerated() {
      let pairs = found[position] ?? []
      let reason: String
      if pairs.count > 1 {
        let all = pairs.map { "\"\($0.layer.name)\"" }.joined(separator: ", ")
        reason = "several layers may come before it: \(all)"
      } else if let pair = pairs.first, users[pair.layer.weight] == 1 {
        result.pairs.append(pair)
        continue
      } else if let pair = pairs.first {
        reason = "several normalizations may follow \"\(pair.layer.name)\""
      } else {
        reason = reasons[position] ?? "no layer's name goes with it"
      }
      result.unpaired.append(
        UnpairedNormalization(normalization: normalization, reason: reason))
    }
    return result
  }
}
