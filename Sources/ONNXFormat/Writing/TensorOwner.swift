public import ModelIR

/// Which constant of a model a tensor is.
public enum TensorOwner: Sendable, Hashable {
  /// A stored constant.
  case initializer(ValueID)
  /// An attribute of a node, by its name.
  case attribute(NodeID, name: String)
}

/// A tensor whose elements cannot be written, and which one it is.
public struct UnwritableTensor: Error, Sendable, Hashable {
  /// The tensor.
  public var owner: TensorOwner
  /// The name it has in the model: the value's, or the node's and the attribute's.
  public var name: String
  /// What is wrong with it; `doesNotFit` says that its type cannot hold what a fold made of it.
  public var error: TensorError

  /// Makes an error from its parts.
  public init(owner: TensorOwner, name: String, error: TensorError) {
    self.owner = owner
    self.name = name
    self.error = error
  }
}
