public import ModelIR

/// Something that shape inference found to be wrong with a model.
public struct ShapeFinding: Sendable, Hashable {
  /// What is wrong.
  public enum Problem: Sendable, Hashable {
    /// The file states one type of a value, its operators make another.
    case contradiction(stated: ValueType, derived: ValueType)
    /// Inputs of a node do not fit together, or to its attributes.
    case doesNotFit(String)
    /// An attribute cannot mean what its operator asks for.
    case attribute(AttributeError)
    /// The standard has no operator of that name in the model's opset.
    case noSuchOperator(opset: Int)
  }

  /// The node it is about, if one.
  public var node: NodeID?
  /// The value it is about, if one.
  public var value: ValueID?
  /// What is wrong.
  public var problem: Problem

  /// Makes a finding from its parts.
  public init(node: NodeID? = nil, value: ValueID? = nil, problem: Problem) {
    self.node = node
    self.value = value
    self.problem = problem
  }
}

/// Inputs that do not fit together.
struct ShapeMismatch: Error {
  var text: String
  init(_ text: String) { self.text = text }
}
