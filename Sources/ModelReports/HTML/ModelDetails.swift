/// What a page shows of a model besides the report itself; gathered only where a page is wanted.
public struct ModelDetails: Sendable {
  /// Every node.
  public var layers: [LayerLine]
  /// Every batch normalization.
  public var normalizations: [NormalizationLine]
  /// Every layer's weight, before and after folding.
  public var weights: [WeightLine]
  /// The main graph.
  public var drawing: GraphDrawing

  /// Makes details from their parts.
  public init(
    layers: [LayerLine], normalizations: [NormalizationLine] = [], weights: [WeightLine] = [],
    drawing: GraphDrawing
  ) {
    self.layers = layers
    self.normalizations = normalizations
    self.weights = weights
    self.drawing = drawing
  }
}
