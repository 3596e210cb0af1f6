/// An edge of a graph: produced once, used many times.
///
/// A value comes from a node, from the caller (graph input), from the file (initializer), or from
/// the last two at once: a default that the caller may override.
public struct Value: Sendable {
  /// Where a value comes from.
  public enum Producer: Sendable, Hashable {
    /// A node's output.
    case node(NodeID, output: Int)
    /// The caller, an initializer, or both: see `isGraphInput` and `initializer`.
    case graph
  }

  /// The name in the file; unique in its scope.
  public var name: String
  /// The graph that defines it.
  public var graph: GraphID
  /// Where it comes from.
  public var producer: Producer
  /// Listed among its graph's inputs.
  public var isGraphInput: Bool
  /// The stored constant, if it has one.
  public var initializer: Tensor?
  /// Changed by the model's own training information: no constant.
  public var isMutable: Bool
  /// What the file says it holds; nil when it says nothing.
  public var type: ValueType?

  /// Makes a value from its parts.
  public init(
    name: String, graph: GraphID, producer: Producer = .graph, isGraphInput: Bool = false,
    initializer: Tensor? = nil, isMutable: Bool = false, type: ValueType? = nil
  ) {
    self.name = name
    self.graph = graph
    self.producer = producer
    self.isGraphInput = isGraphInput
    self.initializer = initializer
    self.isMutable = isMutable
    self.type = type
  }
}
