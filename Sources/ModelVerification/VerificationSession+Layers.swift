internal import GraphEvaluation
internal import ModelIR

extension VerificationSession {
  // MARK: Layer 1

  /// Recomputes every claimed tensor.
  mutating func checkParameters() throws {
    let layer = ParameterLayer(
      original: claimed.model, written: verifier.written, originalConstants: claimed.constants,
      resolver: claimed.resolver, writtenResolver: resolvers.written)
    for claim in verifier.claims == nil ? inferredClaims() : resolvedClaims() {
      for part in [claim.claim] + claim.claim.branches.map(\.claim) { noteDroppedShift(part) }
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
    for region in regions {
      let path = correspondence.graphs[region.graph].path
      // What the original computes there and the written model stores under the same name is part
      // of what the probe compares.
      let computed = Set(
        region.originalNodes.flatMap { id in
          verifier.original[id].outputs.compactMap { $0.map { verifier.original[$0].name } }
        })
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

  // MARK: Layer 2

  var judge: RegionJudge {
    let session = self
    return RegionJudge(
      original: form(verifier.original, correspondence.originalConstants, resolvers.original),
      written: form(verifier.written, correspondence.writtenConstants, resolvers.written),
      options: options.evaluation, isUnchanged: { try session.isUnchanged($0) },
      isForeign: verifier.claims == nil, withoutShift: withoutShift)
  }

  private func form(
    _ model: Model, _ constants: ConstantSet, _ resolver: ConstantResolver
  ) -> RegionForm {
    RegionForm(
      model: model, constants: constants, resolver: resolver, options: options.evaluation)
  }

  /// Feeds every changed region with random numbers.
  mutating func probeRegions() throws {
    let shapes = ProbeShapes(
      model: verifier.original, types: types, resolver: resolvers.original,
      constants: correspondence.originalConstants, written: judge.written)
    let probe = RegionProbe(judge: judge, shapes: shapes, seed: options.seed)
    let closure = RegionClosure(correspondence, reads: reads, makers: makers)
    for (index, region) in regions.enumerated() {
      let judgement = try probe.probe(
        closure.closed(region), path: correspondence.graphs[region.graph].path)
      report.regions[index].probe = judgement.outcome
      note(judgement, of: index, layer: .regionProbe)
    }
  }

  /// Failures and undecided elements of one judgement.
  private mutating func note(
    _ judgement: RegionJudge.Judgement, of index: Int, layer: VerificationLayer
  ) {
    report.regions[index].undecided += judgement.undecided
    for failure in judgement.failures {
      disputed.insert(failure.value)
      report.failures.append(
        VerificationFailure(
          layer: layer, graph: report.regions[index].graph,
          subject: verifier.original[failure.value].name, message: failure.message,
          element: failure.element))
    }
  }

  // MARK: Layers 3 and 4

  /// Whether there is nothing left to run for: both models are the same in all that they compute.
  var isProven: Bool {
    regions.isEmpty && report.failures.isEmpty && report.gaps.isEmpty && options.inputs.isEmpty
      && !options.requireEndToEnd
  }

  /// Runs the models on every sample.
  mutating func runEndToEnd() throws {
    guard options.runsEndToEnd, !isProven else { return }
    let layer = EndToEndLayer(
      correspondence: correspondence, resolvers: resolvers, reads: reads, regions: regions,
      judge: judge, options: options.evaluation)
    let indices = IndexExtents(
      verifier.original, types: types, resolver: resolvers.original)
    let maker = SampleMaker(
      model: verifier.original, types: types, options: options, extents: indices.extents)
    var judgements: [Int: RegionJudge.Judgement] = [:]
    for kind in maker.kinds {
      var best: (result: SampleResult, shapes: [String: [Int]])?
      do {
        for trial in maker.hasFreeDimensions ? SampleMaker.trials : [1] {
          let inputs = try maker.sample(kind, trial: trial)
          let result = try layer.run(inputs)
          if best.map({ $0.result.progress < result.progress }) ?? true {
            best = (result, shapes(of: inputs))
          }
          if !result.mayFitOtherwise { break }
        }
      } catch let problem as SampleProblem {
        report.note(
          SampleRecord(
            kind: kind.description, shapes: [:], problem: problem.reason, isRandom: kind.isRandom))
        continue
      }
      guard let best else { continue }
      report.note(
        SampleRecord(
          kind: kind.description, shapes: best.shapes, problem: best.result.problem,
          isRandom: kind.isRandom))
      merge(best.result, &judgements)
    }
    for (index, judgement) in judgements.sorted(by: { $0.key < $1.key }) {
      report.regions[index].lockstep = judgement.outcome
      note(judgement, of: index, layer: .lockstep)
    }
  }

  private func shapes(of inputs: [ValueID: RuntimeTensor]) -> [String: [Int]] {
    var result: [String: [Int]] = [:]
    for (value, tensor) in inputs { result[verifier.original[value].name] = tensor.shape }
    return result
  }

  private mutating func merge(
    _ result: SampleResult, _ judgements: inout [Int: RegionJudge.Judgement]
  ) {
    for (index, judgement) in result.judgements {
      judgements[index] = judgements[index]?.merged(with: judgement) ?? judgement
    }
    disputed.formUnion(result.disputed)
    for failure in result.failures where !report.failures.contains(failure) {
      report.failures.append(failure)
    }
    for gap in result.gaps where !report.gaps.contains(gap) { report.gaps.append(gap) }
    Self.keepWorst(of: result.values, in: &report.values)
    Self.keepWorst(of: result.outputs, in: &report.outputs)
  }

  /// Of several samples the one with the larger error counts.
  private static func keepWorst(of sample: [ValueFigures], in list: inout [ValueFigures]) {
    var places: [String: Int] = [:]
    for (place, figures) in list.enumerated() { places[figures.name] = place }
    for figures in sample {
      guard let place = places[figures.name] else {
        list.append(figures)
        continue
      }
      let (old, new) = (list[place].deploymentRatio ?? 0, figures.deploymentRatio ?? 0)
      if new > old || list[place].elements == 0 { list[place] = figures }
    }
  }
}
