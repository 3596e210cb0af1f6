internal import GraphEvaluation
internal import ModelIR

extension VerificationSession {
  // MARK: Layer 1

  /// What is to be recomputed: what the fold claims, or what another program must have done.
  mutating func resolveClaims() -> [ResolvedClaim] {
    let claims = verifier.claims == nil ? inferredClaims() : resolvedClaims()
    for claim in claims {
      for part in claim.claim.parts { noteDroppedShift(part) }
    }
    return claims
  }

  /// Recomputes every claimed tensor.
  mutating func checkParameters(_ claims: [ResolvedClaim]) throws {
    let layer = ParameterLayer(
      original: claimed.model, written: verifier.written, originalConstants: claimed.constants,
      resolver: claimed.resolver, writtenResolver: resolvers.written)
    for claim in claims {
      switch try layer.check(claim) {
      case .checked(let check, let failure):
        report.parameters.append(check)
        if let failure { report.failures.append(failure) }
      case .notCovered(let gap):
        report.gaps.append(gap)
      }
    }
    try noteUnclaimedTensors()
  }

  /// A shift of an affine in front of a padded node may be left out when it is no larger than the
  /// rounding of its own parameters.
  private mutating func noteDroppedShift(_ claim: FoldClaim) {
    let reader = claimed.affines
    for step in claim.steps where step.side == .input && !step.addsShift {
      guard let affine = try? reader.affine(of: step.affine),
        let u = step.affine.first.flatMap({ roundoff(of: $0) })
      else { continue }
      let isRounding = zip(affine.shift, affine.shiftMagnitude).allSatisfy {
        $0.high.magnitude <= u * $1
      }
      if isRounding, affine.shift.contains(where: { $0.high != 0 }) {
        withoutShift.insert(claimed.originalNode(claim.linearNode))
      }
    }
  }

  /// The roundoff of a node's constants.
  private func roundoff(of node: NodeID) -> Double? {
    claimed.model[node].inputs.lazy.compactMap { $0 }
      .filter { claimed.constants.contains($0) }
      .compactMap { claimed.resolver.storedTensor($0)?.dataType.unitRoundoff }.first
  }

  /// What another program's folds must have done, where it is plain.
  private func inferredClaims() -> [ResolvedClaim] {
    let inference = ClaimInference(
      correspondence: correspondence,
      affines: AffineReader(
        model: verifier.original, constants: correspondence.originalConstants,
        resolver: resolvers.original),
      types: types)
    return regions.flatMap { inference.claims(for: $0) }
  }

  /// Claims whose targets are found in the written model; the others are gaps.
  private mutating func resolvedClaims() -> [ResolvedClaim] {
    var result: [ResolvedClaim] = []
    var targets: [GraphID: [String: ValueID]] = [:]
    for named in verifier.claims ?? [] {
      guard let index = correspondence.pair(ofOriginal: named.graph) else {
        report.gaps.append(
          CoverageGap(
            layer: .parameters, graph: "?", subject: named.targetName,
            reason: "lies in a graph that the written model does not have"))
        continue
      }
      let pair = correspondence.graphs[index]
      if targets[pair.written] == nil { targets[pair.written] = initializers(of: pair.written) }
      guard let target = targets[pair.written]?[named.targetName] else {
        report.failures.append(
          VerificationFailure(
            layer: .parameters, graph: pair.path, subject: named.targetName,
            message: "is claimed and missing in the written model"))
        continue
      }
      result.append(
        ResolvedClaim(
          claim: named.claim, graph: pair.path, name: named.targetName, target: target,
          isClaimed: true))
    }
    return result
  }

  /// The stored tensors of a graph of the written model by name.
  private func initializers(of graph: GraphID) -> [String: ValueID] {
    let written = verifier.written
    return Dictionary(
      written[graph].initializers.map { (written[$0].name, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Stored tensors of changed regions that no claim explains.
  private mutating func noteUnclaimedTensors() throws {
    guard verifier.claims != nil else { return }
    let explained = Set(report.parameters.map { "\($0.graph)/\($0.target)" })
    // What the original computes in a changed region and the written model stores under the same
    // name is part of what the probe compares, there and wherever else it is read.
    var computedNames: [Int: Set<String>] = [:]
    for region in regions {
      let names = region.originalNodes.flatMap { id in
        verifier.original[id].outputs.compactMap { $0.map { verifier.original[$0].name } }
      }
      computedNames[region.graph, default: []].formUnion(names)
    }
    for region in regions {
      let path = correspondence.graphs[region.graph].path
      let computed = computedNames[region.graph] ?? []
      for id in region.writtenNodes {
        for input in verifier.written[id].inputs.compactMap({ $0 })
        where correspondence.writtenConstants.contains(input) {
          let value = verifier.written[input]
          guard value.initializer?.dataType.unitRoundoff != nil,
            !computed.contains(value.name),
            !explained.contains("\(path)/\(value.name)"), try !isUnchanged(input),
            !report.gaps.contains(where: { $0.layer == .parameters && $0.subject == value.name })
          else { continue }
          report.gaps.append(
            CoverageGap(
              layer: .parameters, graph: path, subject: value.name,
              reason: "is new and nothing says how it was made"))
        }
      }
    }
  }

  /// Whether a constant of the written model is one of the same name in the original.
  func isUnchanged(_ value: ValueID) throws -> Bool {
    let name = verifier.written[value].name
    if let other = constantsByName[name] { return try equality.areSameConstants(other, value) }
    guard let other = claimed.addedConstant(name),
      let old = try claimed.resolver.value(other), let new = try resolvers.written.value(value),
      old.dataType == new.dataType, old.shape == new.shape
    else { return false }
    return try old.tensor().hasSameElements(as: new.tensor())
  }
}
