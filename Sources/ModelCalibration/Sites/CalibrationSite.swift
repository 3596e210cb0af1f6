public import ModelIR
public import ModelStatistics

/// A batch normalization whose mean and variance can be estimated and stored anew.
public struct CalibrationSite: Sendable {
  /// The node.
  public var node: NodeID
  /// Its name, or that of its output.
  public var name: String
  /// What it normalizes.
  public var input: ValueID
  /// The stored mean.
  public var mean: ValueID
  /// The stored variance.
  public var variance: ValueID
  /// Its parameters as they are stored.
  public var stored: NormalizationStatistics

  /// Its channels.
  public var channels: Int { stored.channels }
}

/// A batch normalization that keeps its statistics, and why.
public struct CalibrationRefusal: Sendable, Hashable {
  /// The node.
  public var node: NodeID
  /// Its name, or that of its output.
  public var name: String
  /// A clause about it: "its mean is computed in the graph".
  public var reason: String

  /// Makes a refusal from its parts.
  public init(node: NodeID, name: String, reason: String) {
    self.node = node
    self.name = name
    self.reason = reason
  }
}
