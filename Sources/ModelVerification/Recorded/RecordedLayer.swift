internal import GraphEvaluation
public import ModelIR
internal import Operators

/// Holds numbers that another runtime recorded against what a model computes in Double.
///
/// Another runtime rounds in ways of its own (an accelerator may compute in half, or in integers),
/// so here, and only here, the caller's tolerances are the bound: |D − R| ≤ atol + rtol·|R| for each
/// element, as in numpy's allclose. Non-finite numbers must stand at the same places.
public struct RecordedLayer {
  private let model: Model
  private let options: VerificationOptions
  private let samples: SampleMaker

  /// A comparison of `options.expected`, whose samples were recorded on those of `options.inputs`.
  public init(model: Model, options: VerificationOptions) {
    self.model = model
    self.options = options
    let inference = ShapeInference(model, constants: KernelConstantEvaluator())
    var types: [ValueID: ValueType] = [:]
    for input in model[model.mainGraph].inputs {
      types[input] = inference.type(of: input) ?? model[input].type
    }
    samples = SampleMaker(model: model, types: types, options: options, extents: [:])
  }

  /// Values of the main graph by name: what can be recorded.
  public static func recordable(_ model: Model) -> [String: ValueID] {
    var result: [String: ValueID] = [:]
    for input in model[model.mainGraph].inputs { result[model[input].name] = input }
    for node in model[model.mainGraph].nodes {
      for output in model[node].outputs.compactMap({ $0 }) { result[model[output].name] = output }
    }
    return result
  }

  /// A report of this comparison alone.
  ///
  /// Errors: `EvaluationError` when the model does not run, `SampleProblem` when it does not take
  /// the inputs; those of reading weights.
  public func verify() throws -> VerificationReport {
    var report = VerificationReport()
    report.comparesModels = false
    try check(&report)
    report.verdict = report.failures.isEmpty ? .passed : .failed
    return report
  }

  /// Adds checks and failures to a report.
  ///
  /// Errors: as `verify()`.
  func check(_ report: inout VerificationReport) throws {
    let values = Self.recordable(model)
    for (position, expected) in options.expected.enumerated() {
      let kind = SampleMaker.Kind.given(position)
      let inputs = try samples.sample(kind, trial: 1)
      let wanted = expected.keys.sorted().compactMap { name in values[name].map { (name, $0) } }
      let keeping = Set(wanted.map(\.1))
      func run(_ precision: EvaluationPrecision) throws -> [ValueID: RuntimeTensor] {
        try GraphRunner(model: model, precision: precision, options: options.evaluation)
          .run(inputs, keeping: keeping)
      }
      let (reference, deployed) = (try run(.double), try run(.stored))
      for (name, value) in wanted {
        guard let r = reference[value] ?? inputs[value], let o = deployed[value] ?? inputs[value],
          let d = expected[name]
        else { continue }
        compare(name, value, d, o, r, kind.description, &report)
      }
    }
  }

  // MARK: Parts

  private func compare(
    _ name: String, _ value: ValueID, _ found: RuntimeTensor, _ deployed: RuntimeTensor,
    _ reference: RuntimeTensor, _ sample: String, _ report: inout VerificationReport
  ) {
    func fail(_ message: String, _ element: ElementDifference? = nil) {
      report.failures.append(
        VerificationFailure(
          layer: .recorded, graph: "graph", subject: name, message: "\(message) (\(sample))",
          element: element))
    }
    guard found.shape == reference.shape else {
      fail("was recorded with shape \(found.shape); the model makes \(reference.shape)")
      return
    }
    if found.dataType != reference.dataType {
      let warning =
        "\"\(name)\" was recorded as \(found.dataType.name); the model makes "
        + reference.dataType.name
      if !report.warnings.contains(warning) { report.warnings.append(warning) }
    }
    let tolerance = options.tolerances.of(name)
    let (d, r) = (found.doubles(), reference.doubles())
    var comparison = ElementComparison()
    for element in r.indices {
      comparison.add(
        element, found: d[element], expected: r[element],
        bound: tolerance.absolute + tolerance.relative * r[element].magnitude)
    }
    let isOutput = model[model.mainGraph].outputs.contains(value)
    // Elements that are not finite are judged above; figures leave them out.
    let finite = RuntimeTensor(
      dataType: reference.dataType, shape: reference.shape,
      elements: .double(zip(d, r).map { $0.isFinite ? $0 : $1 }))
    let figures = try? FigureSums.figures(
      graph: "graph", name: name, written: reference.integers == nil ? finite : found,
      original: deployed, reference: reference, isOutput: isOutput)
    report.recorded.append(
      RecordedCheck(
        sample: sample,
        figures: figures
          ?? ValueFigures(graph: "graph", name: name, type: reference.dataType.name),
        tolerance: tolerance, beyond: comparison.count, worstRatio: comparison.worstRatio))
    if let difference = comparison.difference(shape: reference.shape) {
      fail("differs from what was recorded", difference)
    }
  }
}
