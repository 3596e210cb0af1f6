internal import GraphEvaluation
internal import GraphTransforms
public import ModelFormats
internal import ModelIR
public import ModelReports
internal import ModelStatistics
internal import Operators

/// Reads a model and lists everything that is odd about it.
public struct LintPipeline: Sendable {
  private let model: String
  private let reading: ReadOptions

  /// A look at the model at a path.
  public init(model: String, reading: ReadOptions = ReadOptions()) {
    self.model = model
    self.reading = reading
  }

  /// Does it: all weights are read, nothing is run.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `TensorError`: what cannot be read at all is no
  /// finding.
  public func run() throws -> LintReport {
    var reading = reading
    reading.verifiesChecksums = true
    let opened = try OpenedModel(model, reading)
    let constants = KernelConstantEvaluator()
    let shapes = ShapeInference(opened.model, constants: constants)
    let plan = FoldPass(opened.folding()).run(opened.model, constants: constants)
    let numbers = try FoldedNumbers(plan)
    let normalizations = NormalizationHealth.lines(plan, maxima: numbers.maxima)
    var findings = opened.result.diagnostics.map { diagnostic in
      LintReport.Finding(
        diagnostic.severity == .warning ? .warning : .note, kind: "file", subject: "",
        message: "\(diagnostic.location): \(diagnostic.message)")
    }
    findings += LintFindings.structure(of: opened.model, shapes: shapes)
    findings += normalizations.flatMap(LintFindings.health)
    findings += try LintFindings.numbers(of: opened.model)
    try opened.result.checkUnchanged()
    return LintReport(path: model, findings: findings)
  }
}
