internal import GraphEvaluation
internal import ModelIR

/// Runs the written form of a region in Double and holds what comes out against the original.
struct RegionJudge {
  /// What a judgement says of one region.
  struct Judgement {
    var outcome: RegionCheck.Outcome
    /// Outputs beyond their bounds, by the original's value.
    var failures: [(value: ValueID, message: String, element: ElementDifference?)] = []
    /// Decisions that were too close.
    var undecided = 0
    /// Elements where the original is not finite.
    var notFinite = 0
  }

  let original: RegionForm
  let written: RegionForm
  let options: EvaluationOptions
  /// Whether a constant of the written model is one of the original, bit for bit.
  let isUnchanged: (ValueID) throws -> Bool
  /// Whether another program wrote the model: its parameters may carry several roundings.
  let isForeign: Bool
  /// Linear nodes of the original past which a fold left a shift out because it is no larger than
  /// the rounding of its own parameters: that rounding is granted there.
  var withoutShift: Set<NodeID> = []

  /// Roundings that another program's parameters are granted: 4 ulp are 8 u.
  static let foreignRoundings = 8.0
  /// What second-order terms and the evaluation's own rounding may add to a sure bound.
  static let margin = 1.05
  /// Rounding of the comparison itself, as a fraction of the largest number in it.
  static let noise = 0x1p-50

  /// Judges a region on inputs (by the original's ids) and what the original made of them.
  ///
  /// Errors: those of reading weights; an `EvaluationError` becomes an outcome.
  func judge(
    _ region: Region, inputs: [ValueID: RuntimeTensor], reference: [ValueID: RuntimeTensor],
    mode: BoundPropagator.Mode
  ) throws -> Judgement {
    let judgement = try judge(region, inputs, reference, mode, deviations: [:])
    guard !judgement.failures.isEmpty else { return judgement }
    let shapes = ShapeConstants(region, inputs: inputs, original: original, written: written)
    let deviations = try shapes.deviations(options)
    guard !deviations.isEmpty else { return judgement }
    return try judge(region, inputs, reference, mode, deviations: deviations)
  }

  // MARK: Parts

  private func judge(
    _ region: Region, _ inputs: [ValueID: RuntimeTensor],
    _ reference: [ValueID: RuntimeTensor], _ mode: BoundPropagator.Mode,
    deviations: [ValueID: [Double]]
  ) throws -> Judgement {
    var fed: [ValueID: RuntimeTensor] = [:]
    for pair in region.inputs { fed[pair.written] = inputs[pair.original] }
    let bounds = propagator(
      written, mode, roundings: isForeign ? Self.foreignRoundings : 1, isUnchanged: isUnchanged)
    bounds.deviations = deviations
    if mode == .statistical { bounds.normal = normalInputs(fed) }
    do {
      try written.run(region.writtenNodes, feeding: fed) { try bounds.visit($0) }
    } catch let error as EvaluationError {
      return failedRun(error, region)
    }
    var slack: [ValueID: ErrorBound] = [:]
    if isForeign || region.originalNodes.contains(where: { withoutShift.contains($0) }) {
      slack = try originalBounds(region, inputs, mode)
    }
    return compare(region, reference, bounds, slack, mode)
  }

  private func propagator(
    _ form: RegionForm, _ mode: BoundPropagator.Mode, roundings: Double,
    isUnchanged: @escaping (ValueID) throws -> Bool
  ) -> BoundPropagator {
    BoundPropagator(
      model: form.model, constants: form.constants, resolver: form.resolver, options: options,
      mode: mode, roundings: roundings, isUnchanged: isUnchanged,
      values: { form.values[$0] ?? form.weights[$0] })
  }

  private func normalInputs(_ fed: [ValueID: RuntimeTensor]) -> Set<ValueID> {
    Set(fed.filter { $0.value.integers == nil }.keys)
  }

  /// The rounding of the original's own parameters, which another program may have shared when it
  /// folded in Float.
  private func originalBounds(
    _ region: Region, _ inputs: [ValueID: RuntimeTensor], _ mode: BoundPropagator.Mode
  ) throws -> [ValueID: ErrorBound] {
    let bounds = propagator(original, mode, roundings: 1, isUnchanged: { _ in true })
    let fed = inputs.filter { input in region.inputs.contains { $0.original == input.key } }
    if mode == .statistical { bounds.normal = normalInputs(fed) }
    do {
      try original.run(region.originalNodes, feeding: fed) { try bounds.visit($0) }
    } catch is EvaluationError {
      return [:]
    }
    return bounds.bounds
  }

  private func failedRun(_ error: EvaluationError, _ region: Region) -> Judgement {
    switch error.problem {
    case .noKernel, .unsupported, .limit: return Judgement(outcome: .notCovered("\(error)"))
    case .badInput:
      var judgement = Judgement(outcome: .failed(ratio: .infinity))
      let value = region.outputs.first?.original ?? ValueID(0)
      judgement.failures.append(
        (value, "the original computes it, the written model fails: \(error)", nil))
      return judgement
    }
  }

  private func compare(
    _ region: Region, _ reference: [ValueID: RuntimeTensor], _ bounds: BoundPropagator,
    _ slack: [ValueID: ErrorBound], _ mode: BoundPropagator.Mode
  ) -> Judgement {
    let floor = Self.noise * largest(region)
    var judgement = Judgement(outcome: .passed(ratio: 0))
    var worst = 0.0
    var gaps: [String] = []
    for output in region.outputs {
      guard let expected = reference[output.original] else { continue }
      guard let found = written.values[output.written] else {
        gaps.append("the written model does not compute \"\(written.model[output.written].name)\"")
        continue
      }
      if let problem = Self.typeProblem(found, expected) {
        judgement.failures.append((output.original, problem, nil))
        worst = .infinity
        continue
      }
      let limits: Limits
      switch bounds.bound(output.written) {
      case .unknown(let reason):
        gaps.append(reason)
        continue
      case .exact: limits = Limits(nil, slack[output.original], mode, floor)
      case .amounts(let amounts):
        limits = Limits(amounts, slack[output.original], mode, floor)
      }
      var comparison = OutputComparison()
      comparison.compare(found, expected, limits)
      judgement.undecided += comparison.undecided
      judgement.notFinite += comparison.notFinite
      if comparison.isTooWide {
        gaps.append("the error bound is as large as the numbers themselves")
        continue
      }
      worst = max(worst, comparison.elements.worstRatio)
      if let difference = comparison.elements.difference(shape: expected.shape) {
        judgement.failures.append(
          (output.original, "differs from what the original computes", difference))
      }
    }
    if !judgement.failures.isEmpty {
      judgement.outcome = .failed(ratio: max(worst, 1))
    } else if let reason = gaps.first {
      judgement.outcome = .notCovered(reason)
    } else {
      judgement.outcome = .passed(ratio: worst)
    }
    return judgement
  }

  static func typeProblem(_ found: RuntimeTensor, _ expected: RuntimeTensor) -> String? {
    if found.dataType != expected.dataType {
      return "has type \(found.dataType.name) instead of \(expected.dataType.name)"
    }
    if found.shape != expected.shape {
      return "has shape \(found.shape) instead of \(expected.shape)"
    }
    return nil
  }

  /// The largest number that either form computes with.
  private func largest(_ region: Region) -> Double {
    var result = 0.0
    for value in written.values.values where value.integers == nil {
      result = max(result, value.largestMagnitude)
    }
    let reader = AffineReader(
      model: original.model, constants: original.constants, resolver: original.resolver)
    for id in region.originalNodes where reader.isCandidate(original.model[id]) {
      guard let affine = try? reader.affine(of: [id]) else { continue }
      for size in affine.shiftMagnitude where size.isFinite { result = max(result, size) }
    }
    return result
  }
}
