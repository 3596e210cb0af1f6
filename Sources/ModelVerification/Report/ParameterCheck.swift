/// A new weight or bias, recomputed from the original's parameters.
public struct ParameterCheck: Sendable, Hashable {
  /// The graph in which it lies.
  public var graph: String
  /// The tensor's name in the written model.
  public var target: String
  /// The node of the original that absorbed the change, as "Conv \"conv1\"".
  public var linearNode: String
  /// Elements compared.
  public var elements: Int
  /// The largest error, in units in the last place of the stored type.
  public var worstULP: Double
  /// The largest error as a fraction of its bound.
  public var worstRatio: Double
  /// Whether the fold claimed it; otherwise names and structure said so plainly.
  public var isClaimed: Bool

  /// Makes a check from its parts.
  public init(
    graph: String, target: String, linearNode: String, elements: Int, worstULP: Double,
    worstRatio: Double, isClaimed: Bool
  ) {
    self.graph = graph
    self.target = target
    self.linearNode = linearNode
    self.elements = elements
    self.worstULP = worstULP
    self.worstRatio = worstRatio
    self.isClaimed = isClaimed
  }
}
