public import ModelIR

/// Linear layers that became one (rule `reparameterize`).
public struct LayerMerge: Sendable {
  /// How they stood.
  public enum Kind: Sendable, Hashable {
    /// Beside each other: branches that are added.
    case branches
    /// Behind each other.
    case row
  }

  /// How they stood.
  public var kind: Kind
  /// The node that made their sum, or the last layer of the row.
  public var root: NodeID
  /// The layer that stays.
  public var layer: NodeID
  /// How many branches or layers there were.
  public var count: Int
  /// The nodes that are gone.
  public var removed: [NodeID]
  /// Elements of the weights and biases that there were.
  public var parametersBefore: Int
  /// Elements of the merged ones.
  public var parametersAfter: Int
  /// The new weight and bias.
  public var tensors: [ValueID]
}
