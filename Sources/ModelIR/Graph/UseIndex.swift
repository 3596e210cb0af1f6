/// Who reads each value, over all graphs of a model; built once and kept up by patches.
public struct UseIndex: Sendable {
  /// One place where a value is read.
  public struct Use: Sendable, Hashable {
    /// The reading node; it may stand in a body of the value's graph.
    public var node: NodeID
    /// The position among its inputs.
    public var input: Int
  }

  private var uses: [[Use]]
  private var outputs: [Int: [GraphID]]

  /// Counts the uses of a model.
  ///
  /// Complexity: linear in nodes and their inputs.
  public init(_ model: Model) {
    uses = Array(repeating: [], count: model.values.count)
    outputs = [:]
    for (position, node) in model.nodes.enumerated() {
      guard let node else { continue }
      add(node, NodeID(position))
    }
    for (position, graph) in model.graphs.enumerated() {
      for output in graph.outputs { outputs[output.index, default: []].append(GraphID(position)) }
    }
  }

  /// The nodes that read a value, in no particular order.
  public func uses(of value: ValueID) -> [Use] {
    uses.indices.contains(value.index) ? uses[value.index] : []
  }

  /// The graphs of which a value is an output.
  public func graphOutputs(of value: ValueID) -> [GraphID] { outputs[value.index] ?? [] }

  /// Whether nothing reads a value.
  public func isUnused(_ value: ValueID) -> Bool {
    uses(of: value).isEmpty && outputs[value.index] == nil
  }

  /// The one use of a value that is no graph output and is read once, in its own graph; nil
  /// otherwise.
  public func soleUse(of value: ValueID, in model: Model) -> Use? {
    let all = uses(of: value)
    guard all.count == 1, outputs[value.index] == nil,
      model[all[0].node].graph == model[value].graph
    else { return nil }
    return all[0]
  }

  mutating func add(_ node: Node, _ id: NodeID) {
    for (position, input) in node.inputs.enumerated() {
      guard let input else { continue }
      if input.index >= uses.count {
        uses.append(contentsOf: repeatElement([], count: input.index + 1 - uses.count))
      }
      uses[input.index].append(Use(node: id, input: position))
    }
  }

  mutating func remove(_ node: Node, _ id: NodeID) {
    for input in node.inputs {
      guard let input else { continue }
      uses[input.index].removeAll { $0.node == id }
    }
  }
}
