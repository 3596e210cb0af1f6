public import ModelIR

/// A tensor whose elements cannot be written, and which one it is.
public struct UnwritableTensor: Error, Sendable, Hashable {
  /// Which constant of a model a tensor is.
  public enum Owner: Sendable, Hashable {
    /// A stored constant.
    case initializer(ValueID)
    /// An attribute of a node, by its name.
    case attribute(NodeID, name: String)
  }

  /// The tensor.
  public var owner: Owner
  /// The name it has in the model: the value's, or the node's and the attribute's.
  public var name: String
  /// What is wrong with it; `doesNotFit` says that its type cannot hold what a fold made of it.
  public var error: TensorError

  /// Makes an error from its parts.
  public init(owner: Owner, name: String, error: TensorError) {
    self.owner = owner
    self.name = name
    self.error = error
  }
}

extension UnwritableTensor: CustomStringConvertible {
  /// One line: the tensor, then what is wrong with it.
  public var description: String {
    "the tensor \"\(name.printable())\" cannot be written: \(error)"
  }
}
