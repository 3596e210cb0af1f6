internal import GraphEvaluation
internal import ModelIR

extension VerificationSession {
  // MARK: Layers 3 and 4

  /// What the models made of one sample.
  struct SampleOutcome: Sendable {
    var record: SampleRecord
    /// Nil where no sample of the kind could be made.
    var result: SampleResult?
  }

  /// Whether there is nothing to run for: both models are the same in all that they compute.
  var isProven: Bool {
    regions.isEmpty && (verifier.claims ?? []).isEmpty && report.failures.isEmpty
      && report.gaps.isEmpty && options.inputs.isEmpty
      && !options.requireEndToEnd
  }

  /// Runs the models on every sample.
  func endToEndOutcomes() throws -> [SampleOutcome] {
    guard options.runsEndToEnd, !isProven else { return [] }
    let layer = EndToEndLayer(
      correspondence: correspondence, resolvers: resolvers, reads: reads, regions: regions,
      judge: judge, watchingJudge: judge, options: options.evaluation)
    let indices = IndexExtents(
      verifier.original, types: types, resolver: resolvers.original)
    let maker = SampleMaker(
      model: verifier.original, types: types, options: options, extents: indices.extents)
    var outcomes: [SampleOutcome] = []
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
        let record = SampleRecord(
          kind: kind.description, shapes: [:], problem: problem.reason, isRandom: kind.isRandom)
        outcomes.append(SampleOutcome(record: record, result: nil))
        continue
      }
      guard let best else { continue }
      let record = SampleRecord(
        kind: kind.description, shapes: best.shapes, problem: best.result.problem,
        isRandom: kind.isRandom)
      outcomes.append(SampleOutcome(record: record, result: best.result))
    }
    return outcomes
  }

  /// Adds to the report what the samples say.
  mutating func take(_ outcomes: [SampleOutcome]) {
    var judgements: [Int: RegionJudge.Judgement] = [:]
    for outcome in outcomes {
      report.note(outcome.record)
      if let result = outcome.result { merge(result, &judgements) }
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
