internal import GraphEvaluation
internal import GraphTransforms
public import ModelFormats
public import ModelReports

/// Reads a model and tells what is in it.
public struct InspectionPipeline: Sendable {
  private let model: String
  private let reading: ReadOptions

  /// An inspection of the model at a path.
  public init(model: String, reading: ReadOptions = ReadOptions()) {
    self.model = model
    self.reading = reading
  }

  /// Does it; no weights are read but those of small constants.
  ///
  /// Errors: `FormatError`, `FileAccessError`.
  public func run() throws -> InspectionReport {
    let opened = try OpenedModel(model, reading)
    let plan = FoldPass().run(opened.model, constants: KernelConstantEvaluator())
    try opened.result.checkUnchanged()
    return InspectionReport(
      opened.model, path: model, format: opened.formatName, bytes: opened.bytes,
      sites: plan.sites.map { SiteReport($0, in: opened.model) },
      notes: opened.notes + plan.diagnostics)
  }
}
