/// A change to a model as data: inspected, checked, applied atomically and recorded.
///
/// New values have the ids that follow the model's last one when the patch is drawn (`newValue`).
/// A value whose numbers change gets a new id and so a new name; the last node of a folded path
/// takes over the id, and so the name, of the value it replaces.
public struct GraphPatch: Sendable {
  /// A value that the patch adds.
  public struct NewValue: Sendable {
    /// What to call it if the name is free.
    public var nameHint: String
    /// The graph that defines it.
    public var graph: GraphID
    /// Its constant, if it is an initializer.
    public var initializer: Tensor?
    /// What it holds.
    public var type: ValueType?
  }

  /// A node that the patch adds.
  public struct Insertion: Sendable {
    /// Where a node goes in the order of its graph.
    public enum Place: Sendable, Hashable {
      /// Directly before a node.
      case before(NodeID)
      /// Directly behind a node.
      case after(NodeID)

      /// The node it stands next to.
      public var neighbour: NodeID {
        switch self {
        case .before(let node), .after(let node): node
        }
      }
    }

    /// The node.
    public var node: Node
    /// Where it goes.
    public var place: Place

    /// A node and where it goes.
    public init(_ node: Node, _ place: Place) {
      self.node = node
      self.place = place
    }

    /// `node`, placed directly before another.
    public init(node: Node, before: NodeID) { self.init(node, .before(before)) }
  }

  /// The rule that drew it.
  public var rule: String
  /// The graph in which it works.
  public var graph: GraphID
  /// The nodes it is about, the site's first.
  public var sourceNodes: [NodeID]
  /// Values it adds; the first has the id `firstNewValue`.
  public private(set) var newValues: [NewValue] = []
  /// The id of the first new value: the number of values of the model it was drawn for.
  public let firstNewValue: Int
  /// Nodes that stay where they are with another content.
  public var edits: [NodeID: Node] = [:]
  /// Nodes it adds.
  public var insertions: [Insertion] = []
  /// Nodes it removes; bodies go with the node they belong to.
  public var removals: [NodeID] = []
  /// Values that become stored constants under their own names, instead of being made by a node
  /// that the patch removes or edits.
  public var constants: [ValueID: Tensor] = [:]
  /// Stored constants it drops if nothing reads them then.
  public var drops: [ValueID] = []
  /// What it says it did to each new weight and bias.
  public var claims: [FoldClaim] = []

  /// An empty patch for a model as it is now.
  public init(rule: String, graph: GraphID, sourceNodes: [NodeID], for model: Model) {
    self.rule = rule
    self.graph = graph
    self.sourceNodes = sourceNodes
    firstNewValue = model.values.count
  }

  /// Adds a value and gives the id it will have.
  public mutating func newValue(
    _ nameHint: String, in graph: GraphID, initializer: Tensor? = nil, type: ValueType? = nil
  ) -> ValueID {
    newValues.append(
      NewValue(nameHint: nameHint, graph: graph, initializer: initializer, type: type))
    return ValueID(firstNewValue + newValues.count - 1)
  }

  /// The values an id stands for: the patch's own, or nil for one of the model's.
  public func newValue(_ id: ValueID) -> NewValue? {
    id.index >= firstNewValue && id.index - firstNewValue < newValues.count
      ? newValues[id.index - firstNewValue] : nil
  }
}
