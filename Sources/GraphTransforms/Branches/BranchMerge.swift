public import ModelIR

/// Parallel linear branches that became one convolution.
public struct BranchMerge: Sendable {
  /// The node that made their sum.
  public var root: NodeID
  /// The convolution that stays.
  public var convolution: NodeID
  /// How many branches there were.
  public var branches: Int
  /// The nodes that are gone.
  public var removed: [NodeID]
  /// Elements of the branches' weights and biases.
  public var parametersBefore: Int
  /// Elements of the merged ones.
  public var parametersAfter: Int
  /// The new weight and bias.
  public var tensors: [ValueID]
}
