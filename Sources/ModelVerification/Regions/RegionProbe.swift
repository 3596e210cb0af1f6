internal import GraphEvaluation
internal import ModelIR

/// Layer 2: a region in both forms on independent normal numbers.
///
/// Bound per element: 8·√Σ(u·W′)² + Σ u·|b′| over the region's parameters, with only the taps that
/// lie inside the input. For rounded parameters the difference is a sum of independent normal
/// terms of at most that variance, so a false alarm has a probability below 10⁻¹⁴ per element for
/// any rounding pattern; a wrong axis, group, pad, epsilon or mean is far beyond.
struct RegionProbe {
  let judge: RegionJudge
  let shapes: ProbeShapes
  let seed: UInt64
  /// How many nodes before a region are run with it, where it is wrong for independent numbers.
  private static let reaches = [0, 8, 64]
  /// Times its bound that a difference has to be for that.
  private static let gross = 1000.0

  /// Probes one region; the place in the model makes its numbers its own.
  func probe(_ region: Region, path: String) throws -> RegionJudge.Judgement {
    if !region.foreignInputs.isEmpty {
      return .init(
        outcome: .notCovered("reads \"\(region.foreignInputs[0])\", which only one model has"))
    }
    var problem = "the region's inputs have no known shapes"
    for proposal in shapes.proposals(for: region) {
      let inputs = sample(proposal, path)
      do {
        try judge.original.run(region.originalNodes, feeding: inputs)
      } catch let error as EvaluationError {
        problem = "\(error)"
        if case .noKernel = error.problem { break }
        continue
      }
      var reference: [ValueID: RuntimeTensor] = [:]
      for output in region.outputs {
        reference[output.original] = judge.original.values[output.original]
      }
      let judgement = try judge.judge(
        region, inputs: inputs, reference: reference, mode: .statistical)
      guard case .failed(let ratio) = judgement.outcome else { return judgement }
      return try probeBehind(region, path, failedBy: ratio) ?? judgement
    }
    // Shapes that are made elsewhere have to suit.
    return try probeBehind(region, path, failedBy: .infinity)
      ?? .init(outcome: .notCovered(problem))
  }

  /// Probes a region on what the nodes before it make of independent numbers.
  ///
  /// The nearest nodes come first, then more of them. Numbers that cannot be make gross
  /// differences; small ones stand, for which the sure bounds of numbers that are made might be too
  /// wide.
  private func probeBehind(
    _ region: Region, _ path: String, failedBy ratio: Double
  ) throws -> RegionJudge.Judgement? {
    var last: RegionJudge.Judgement?
    for further in Self.reaches where further == 0 || ratio >= Self.gross {
      guard let judgement = try probeTogether(region, path, further: further) else { continue }
      if judgement.failures.isEmpty { return judgement }
      last = judgement
    }
    return last
  }

  /// Probes a region some of whose inputs depend on something, with what the original makes of
  /// these; nil where none does or the original does not run.
  private func probeTogether(
    _ region: Region, _ path: String, further: Int
  ) throws -> RegionJudge.Judgement? {
    let model = judge.original.model
    guard
      let together = DependentInputs(region, model, judge.original.constants, further: further)
    else { return nil }
    for proposal in shapes.proposals(for: together.extended, feeding: together.inputs) {
      do {
        try judge.original.run(
          together.extended.originalNodes, feeding: sample(proposal, path))
      } catch is EvaluationError {
        continue
      }
      let values = judge.original.values
      var inputs: [ValueID: RuntimeTensor] = [:]
      for pair in region.inputs { inputs[pair.original] = values[pair.original] }
      var reference: [ValueID: RuntimeTensor] = [:]
      for output in region.outputs { reference[output.original] = values[output.original] }
      // Numbers that are made are neither independent nor normal; whole ones only give shapes.
      let isIndependent = together.dependent.allSatisfy {
        values[$0]?.dataType.isWholeOrBool ?? false
      }
      return try judge.judge(
        region, inputs: inputs, reference: reference,
        mode: isIndependent ? .statistical : .sure)
    }
    return nil
  }

  private func sample(
    _ proposal: ProbeShapes.Proposal, _ path: String
  ) -> [ValueID: RuntimeTensor] {
    var result: [ValueID: RuntimeTensor] = [:]
    for (value, (type, shape)) in proposal {
      var random = SeededNumbers(seed: seed).stream("\(path)/\(shapes.model[value].name)")
      let count = shape.reduce(1, *)
      if type.isWholeOrBool {
        let numbers = (0..<count).map { _ in type == .bool ? Int64(random.next() & 1) : 0 }
        result[value] = RuntimeTensor(numbers, shape: shape, dataType: type)
      } else {
        let numbers = (0..<count).map { _ in random.normal() }
        result[value] = RuntimeTensor(dataType: type, shape: shape, elements: .double(numbers))
      }
    }
    return result
  }
}

extension DataType {
  /// Whether elements are whole numbers or bools at run time.
  var isWholeOrBool: Bool {
    switch self {
    case .bool, .int2, .int4, .int8, .int16, .int32, .int64, .uint2, .uint4, .uint8, .uint16,
      .uint32, .uint64:
      true
    default: false
    }
  }
}
