/// Something that a layer did not compare.
public struct CoverageGap: Sendable, Hashable {
  /// The layer.
  public var layer: VerificationLayer
  /// The graph.
  public var graph: String
  /// The value, tensor or operator.
  public var subject: String
  /// Why not.
  public var reason: String

  /// Makes a gap from its parts.
  public init(layer: VerificationLayer, graph: String, subject: String, reason: String) {
    self.layer = layer
    self.graph = graph
    self.subject = subject
    self.reason = reason
  }
}
