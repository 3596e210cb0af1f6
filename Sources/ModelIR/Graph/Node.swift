/// One application of an operator.
public struct Node: Sendable {
  /// The node's own name; may be empty, need not be unique.
  public var name: String
  /// The operator's set: "" is the standard's ("ai.onnx" is read as "").
  public var domain: String
  /// The operator: "Conv", "BatchNormalization".
  public var opType: String
  /// Tells functions of the same domain and name apart.
  public var overload: String
  /// The graph it stands in.
  public var graph: GraphID
  /// What it reads; nil where an optional input is left out.
  public var inputs: [ValueID?]
  /// What it makes; nil where an output is not wanted.
  public var outputs: [ValueID?]
  /// Its constants, in file order.
  public var attributes: [Attribute]
  /// The record of the source that it was read from, for the same format's writer to edit.
  public var origin: Origin?

  /// Makes a node from its parts.
  public init(
    name: String = "", domain: String = "", opType: String, overload: String = "",
    graph: GraphID, inputs: [ValueID?], outputs: [ValueID?], attributes: [Attribute] = [],
    origin: Origin? = nil
  ) {
    self.name = name
    self.domain = domain
    self.opType = opType
    self.overload = overload
    self.graph = graph
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
    self.origin = origin
  }

  /// An operator of the standard set (others block every fold).
  public func isStandard(_ opType: String) -> Bool { domain.isEmpty && self.opType == opType }

  /// The input at a position; nil when it is left out or the list is shorter.
  public func input(_ position: Int) -> ValueID? {
    inputs.indices.contains(position) ? inputs[position] : nil
  }

  /// The output at a position; nil when it is left out or the list is shorter.
  public func output(_ position: Int) -> ValueID? {
    outputs.indices.contains(position) ? outputs[position] : nil
  }

  /// The value of the attribute of this name.
  public func attribute(_ name: String) -> AttributeValue? {
    attributes.first { $0.name == name }?.value
  }

  /// The bodies among its attributes.
  public var bodies: [GraphID] {
    attributes.flatMap { attribute -> [GraphID] in
      switch attribute.value {
      case .graph(let body): [body]
      case .graphs(let bodies): bodies
      default: []
      }
    }
  }

  /// Sets or adds an attribute.
  public mutating func setAttribute(_ name: String, _ value: AttributeValue) {
    if let position = attributes.firstIndex(where: { $0.name == name }) {
      attributes[position].value = value
    } else {
      attributes.append(Attribute(name, value))
    }
  }
}
