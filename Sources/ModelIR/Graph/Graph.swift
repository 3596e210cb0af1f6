/// Nodes in topological order with their inputs, outputs and constants.
public struct Graph: Sendable {
  /// The graph's name in the file.
  public var name: String
  /// The node whose attribute this graph is, for bodies.
  public var parent: NodeID?
  /// Listed inputs in order, those that are also initializers among them.
  public var inputs: [ValueID]
  /// Outputs in order; one value may stand here more than once.
  public var outputs: [ValueID]
  /// Stored constants in file order (sparse ones after dense ones).
  public var initializers: [ValueID]
  /// Nodes in topological order.
  public var nodes: [NodeID]

  /// Makes a graph from its parts.
  public init(
    name: String = "", parent: NodeID? = nil, inputs: [ValueID] = [], outputs: [ValueID] = [],
    initializers: [ValueID] = [], nodes: [NodeID] = []
  ) {
    self.name = name
    self.parent = parent
    self.inputs = inputs
    self.outputs = outputs
    self.initializers = initializers
    self.nodes = nodes
  }
}

/// An operator that the model itself defines by a graph.
public struct Function: Sendable {
  /// The set it belongs to.
  public var domain: String
  /// The operator type that calls it.
  public var name: String
  /// Tells functions of the same domain and name apart.
  public var overload: String
  /// Its body; the body's inputs and outputs are the function's.
  public var body: GraphID
  /// Attributes the caller must give.
  public var requiredAttributes: [String]
  /// Attributes with what they are when the caller gives none.
  public var defaultAttributes: [Attribute]
  /// Operator sets its body is written in: domain to version ("" is the standard's).
  public var opsets: [String: Int]

  /// Makes a function from its parts.
  public init(
    domain: String, name: String, overload: String = "", body: GraphID,
    requiredAttributes: [String] = [], defaultAttributes: [Attribute] = [],
    opsets: [String: Int] = [:]
  ) {
    self.domain = domain
    self.name = name
    self.overload = overload
    self.body = body
    self.requiredAttributes = requiredAttributes
    self.defaultAttributes = defaultAttributes
    self.opsets = opsets
  }
}
