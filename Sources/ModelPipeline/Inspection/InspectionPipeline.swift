internal import GraphEvaluation
internal import GraphTransforms
public import ModelFormats
internal import ModelIR
public import ModelReports
internal import ModelStatistics
internal import Operators

/// Reads a model and tells what is in it.
public struct InspectionPipeline: Sendable {
  private let model: String
  private let reading: ReadOptions
  private let shapes: [String: [Int]]
  private let collectsDetails: Bool

  /// An inspection of the model at a path; `shapes` gives extents to inputs by name, and
  /// `collectsDetails` gathers what a page shows besides.
  public init(
    model: String, reading: ReadOptions = ReadOptions(), shapes: [String: [Int]] = [:],
    collectsDetails: Bool = false
  ) {
    self.model = model
    self.reading = reading
    self.shapes = shapes
    self.collectsDetails = collectsDetails
  }

  /// Does it; no weights are read but those of small constants.
  ///
  /// Errors: `FormatError`, `FileAccessError`; `PipelineError` for shapes that no input takes.
  public func run() throws -> InspectionReport {
    let opened = try OpenedModel(model, reading)
    let constants = KernelConstantEvaluator()
    let plan = FoldPass(opened.folding()).run(opened.model, constants: constants)
    var extents = try InputNames.shapes(shapes, of: opened.model)
    let batch = shapes.isEmpty ? InputNames.batchesOfOne(opened.model) : [:]
    extents.merge(batch) { given, _ in given }
    let inference = ShapeInference(opened.model, inputShapes: extents, constants: constants)
    try opened.result.checkUnchanged()
    var inventory = ModelInventory(opened.model, shapes: inference)
    for position in inventory.inputs.indices where batch[inventory.inputs[position].value] != nil {
      inventory.inputs[position].type = opened.model[inventory.inputs[position].value].type
    }
    var report = InspectionReport(
      path: model, format: opened.formatName, inventory: inventory, bytes: opened.bytes,
      layers: LayerLine.lines(of: opened.model, shapes: inference, inventory: inventory),
      sites: plan.sites.map { SiteReport($0, in: plan.source) },
      notes: opened.notes + plan.diagnostics
        + (batch.isEmpty ? [] : ["the batch is open: counted for 1 (--shape gives another)"]))
    if collectsDetails {
      report.details = ModelDetails(
        layers: report.layers, normalizations: NormalizationHealth.lines(plan),
        drawing: GraphDrawing(opened.model, marks: GraphDrawing.marks(of: plan)))
    }
    return report
  }
}

extension GraphDrawing {
  /// Batch normalizations and folded sites, as a plan leaves them.
  static func marks(of plan: FoldResult) -> [NodeID: Mark] {
    var marks: [NodeID: Mark] = [:]
    for site in plan.sites where site.isFolded || site.kind == .batchNormalization {
      marks[plan.calls[site.node] ?? site.node] = site.isFolded ? .folded : .kept
    }
    return marks
  }
}
