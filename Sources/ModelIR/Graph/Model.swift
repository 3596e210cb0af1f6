/// A whole model: every graph, node and value in one arena with ids unique in the model.
///
/// A value type: a copy costs nothing until one of the two is changed, so a draft, the original
/// and a folded model live side by side and share their weights. A graph attribute is a `GraphID`;
/// a value captured by a body is the outer `ValueID` itself, so uses are counted over the model.
public struct Model: Sendable {
  /// What the file says about itself.
  public struct Header: Sendable, Hashable {
    /// ONNX's IR version; formats that are lowered give the one their output would have.
    public var irVersion: Int
    /// The program that wrote the file.
    public var producerName: String
    /// Its version.
    public var producerVersion: String
    /// The model's namespace.
    public var domain: String
    /// The model's own version.
    public var modelVersion: Int

    /// Makes a header from its parts.
    public init(
      irVersion: Int, producerName: String = "", producerVersion: String = "",
      domain: String = "", modelVersion: Int = 0
    ) {
      self.irVersion = irVersion
      self.producerName = producerName
      self.producerVersion = producerVersion
      self.domain = domain
      self.modelVersion = modelVersion
    }
  }

  /// What the file says about itself.
  public var header: Header
  /// Operator sets: domain to version ("" is the standard's).
  public var opsets: [String: Int]
  /// All graphs; `graphs[0]` is the main one.
  public internal(set) var graphs: [Graph]
  /// All nodes; nil where one was removed.
  public internal(set) var nodes: [Node?]
  /// All values, those that nothing defines any more among them.
  public internal(set) var values: [Value]
  /// Operators that the model defines.
  public var functions: [Function]

  /// A model of one empty graph.
  public init(header: Header, opsets: [String: Int]) {
    self.header = header
    self.opsets = opsets
    graphs = [Graph()]
    nodes = []
    values = []
    functions = []
  }

  /// The graph that runs when the model runs.
  public var mainGraph: GraphID { GraphID(0) }

  /// A graph by its id.
  public subscript(graph: GraphID) -> Graph {
    get { graphs[graph.index] }
    set { graphs[graph.index] = newValue }
    _modify { yield &graphs[graph.index] }
  }

  /// A value by its id.
  public subscript(value: ValueID) -> Value {
    get { values[value.index] }
    set { values[value.index] = newValue }
    _modify { yield &values[value.index] }
  }

  /// A node by its id; a removed node is an empty one without inputs and outputs.
  public subscript(node: NodeID) -> Node {
    get { nodes[node.index] ?? Node(opType: "", graph: mainGraph, inputs: [], outputs: []) }
    set { nodes[node.index] = newValue }
  }

  /// Whether a node is still part of its graph.
  public func contains(_ node: NodeID) -> Bool {
    nodes.indices.contains(node.index) && nodes[node.index] != nil
  }

  // MARK: Building

  /// Adds an empty graph.
  public mutating func addGraph(name: String = "") -> GraphID {
    graphs.append(Graph(name: name))
    return GraphID(graphs.count - 1)
  }

  /// Adds a value; the caller lists it where it belongs.
  public mutating func addValue(_ value: Value) -> ValueID {
    values.append(value)
    return ValueID(values.count - 1)
  }

  /// Adds a node at the end of its graph and makes it the producer of its outputs and the parent
  /// of its bodies.
  @discardableResult
  public mutating func addNode(_ node: Node) -> NodeID {
    let id = NodeID(nodes.count)
    nodes.append(node)
    graphs[node.graph.index].nodes.append(id)
    for (position, output) in node.outputs.enumerated() {
      if let output { values[output.index].producer = .node(id, output: position) }
    }
    for body in node.bodies { graphs[body.index].parent = id }
    return id
  }

  /// Adds a graph input.
  @discardableResult
  public mutating func addInput(
    _ name: String, type: ValueType?, to graph: GraphID
  ) -> ValueID {
    let id = addValue(Value(name: name, graph: graph, isGraphInput: true, type: type))
    graphs[graph.index].inputs.append(id)
    return id
  }

  /// Adds a stored constant.
  @discardableResult
  public mutating func addInitializer(
    _ name: String, _ tensor: Tensor, to graph: GraphID
  ) -> ValueID {
    let id = addValue(Value(name: name, graph: graph, initializer: tensor))
    graphs[graph.index].initializers.append(id)
    return id
  }

  // MARK: Asking

  /// The node that makes a value, if one does.
  public func producer(of value: ValueID) -> NodeID? {
    if case .node(let node, _) = values[value.index].producer { node } else { nil }
  }

  /// A stored constant that no caller and no training step can change: an initializer that is not
  /// also an input (from IR 4 on an initializer among the inputs is a default that the caller may
  /// override; before, every initializer had to be listed there).
  public func isFixedInitializer(_ value: ValueID) -> Bool {
    let value = values[value.index]
    guard value.initializer != nil, !value.isMutable else { return false }
    return !value.isGraphInput || header.irVersion < 4
  }

  /// Inputs that a caller feeds: those without a stored constant.
  public func requiredInputs(of graph: GraphID) -> [ValueID] {
    graphs[graph.index].inputs.filter { values[$0.index].initializer == nil }
  }

  /// The operator sets that hold in a graph: its function's own, or the model's.
  public func opsets(in graph: GraphID) -> [String: Int] {
    guard !functions.isEmpty else { return opsets }
    var outermost = graph
    while let parent = graphs[outermost.index].parent, let node = nodes[parent.index] {
      outermost = node.graph
    }
    return functions.first { $0.body == outermost }?.opsets ?? opsets
  }

  /// The function a node calls, if its operator is one of the model's.
  public func function(calledBy node: Node) -> Function? {
    functions.first {
      $0.domain == node.domain && $0.name == node.opType && $0.overload == node.overload
    }
  }
}
