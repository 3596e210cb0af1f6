internal import GraphEvaluation
internal import ModelIR

extension VerificationSession {
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
  mutating func note(
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
}
