public import ModelIR

/// A tensor of a file that holds tensors and no graph.
public struct NamedTensor: Sendable {
  /// Its name in the file; empty where the file holds one tensor without a name.
  public var name: String
  /// The tensor.
  public var tensor: Tensor

  /// Makes a named tensor from its parts.
  public init(name: String, tensor: Tensor) {
    self.name = name
    self.tensor = tensor
  }
}
