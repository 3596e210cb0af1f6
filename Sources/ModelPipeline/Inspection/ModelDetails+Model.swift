internal import GraphEvaluation
internal import GraphTransforms
internal import ModelIR
internal import ModelReports
internal import ModelStatistics
internal import Operators

extension ModelDetails {
  /// The layers and the graph of a model.
  static func structure(of model: Model, marks: [NodeID: GraphDrawing.Mark] = [:]) -> ModelDetails {
    let shapes = ShapeInference(
      model, inputShapes: InputNames.batchesOfOne(model), constants: KernelConstantEvaluator())
    return ModelDetails(
      layers: LayerLine.lines(
        of: model, shapes: shapes, inventory: ModelInventory(model, shapes: shapes)),
      drawing: GraphDrawing(model, marks: marks))
  }

  /// What a fold does to a model, with all its numbers.
  ///
  /// Errors: those of reading the tensors' sources.
  static func fold(_ plan: FoldResult, of model: Model) throws -> ModelDetails {
    var details = structure(of: model, marks: GraphDrawing.marks(of: plan))
    let numbers = try FoldedNumbers(plan)
    details.normalizations = NormalizationHealth.lines(plan, maxima: numbers.maxima)
    details.weights = numbers.changes.map { WeightLine($0, in: plan.source) }
    return details
  }
}
