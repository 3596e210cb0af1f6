public import ModelIR

/// Whether a value is a constant of the model, and if not, why.
public enum Constancy: Sendable {
  /// It always holds this.
  case constant(Tensor)
  /// It may hold anything.
  case variable(Reason)

  /// What keeps a value from being a constant.
  public enum Reason: Sendable, Hashable {
    /// The caller feeds it.
    case graphInput
    /// An initializer that is also a graph input: a default that the caller may override.
    case overridableInitializer
    /// The model's training information changes it.
    case mutableByTraining
    /// The node that the body belongs to feeds it.
    case bodyInput
    /// A parameter, or an attribute, of a function that is not called with a constant known here.
    case functionParameter
    /// This node computes it from values that are no constants, or has no evaluator, or draws
    /// random numbers.
    case computed(NodeID)
    /// This node would make more elements than are allowed.
    case tooLarge(NodeID)
    /// Inputs or attributes of this node do not fit together.
    case malformed(NodeID)
    /// Nothing makes it.
    case undefined
  }

  /// The tensor of a constant.
  public var tensor: Tensor? {
    if case .constant(let tensor) = self { tensor } else { nil }
  }

  /// What keeps it from being one.
  public var reason: Reason? {
    if case .variable(let reason) = self { reason } else { nil }
  }
}

extension Constancy.Reason: CustomStringConvertible {
  /// A clause that follows "it": "is a graph input".
  public var description: String {
    switch self {
    case .graphInput: "is a graph input"
    case .overridableInitializer: "is an initializer that the caller may override"
    case .mutableByTraining: "is changed by the model's training information"
    case .bodyInput: "is an input of a body"
    case .functionParameter: "is a parameter of a function"
    case .computed: "is computed in the graph"
    case .tooLarge: "is computed in the graph and too large"
    case .malformed: "is computed by a malformed node"
    case .undefined: "is not defined"
    }
  }
}
