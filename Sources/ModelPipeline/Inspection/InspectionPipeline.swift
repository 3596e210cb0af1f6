internal import GraphEvaluation
internal import GraphTransforms
public import ModelFormats
public import ModelReports
internal import ModelStatistics
internal import Operators

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
    let constants = KernelConstantEvaluator()
    let plan = FoldPass().run(opened.model, constants: constants)
    let shapes = ShapeInference(opened.model, constants: constants)
    try opened.result.checkUnchanged()
    return InspectionReport(
      path: model, format: opened.formatName,
      inventory: ModelInventory(opened.model, shapes: shapes), bytes: opened.bytes,
      sites: plan.sites.map { SiteReport($0, in: opened.model) },
      notes: opened.notes + plan.diagnostics)
  }
}
