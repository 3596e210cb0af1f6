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
  /// Where each use stands in its list, for values that so many nodes read that searching the list
  /// would take longer.
  private var places: [Int: [Use: Int]] = [:]
  private var outputs: [Int: [GraphID]]
  private static let longList = 64

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
      if let input { add(Use(node: id, input: position), of: input.index) }
    }
  }

  private mutating func add(_ use: Use, of value: Int) {
    if value >= uses.count {
      uses.append(contentsOf: repeatElement([], count: value + 1 - uses.count))
    }
    places[value]?[use] = uses[value].count
    uses[value].append(use)
  }

  /// Exchanges what a node reads; gives what it read where it reads another value now.
  ///
  /// Complexity: a comparison for each input, and the uses of those that differ: a node may read
  /// thousands of values of which a patch changes one.
  mutating func update(_ id: NodeID, from old: Node, to new: Node) -> [ValueID] {
    var released: [ValueID] = []
    for position in 0..<max(old.inputs.count, new.inputs.count) {
      let (before, after) = (old.input(position), new.input(position))
      guard before != after else { continue }
      if let before {
        remove(Use(node: id, input: position), of: before.index)
        released.append(before)
      }
      if let after { add(Use(node: id, input: position), of: after.index) }
    }
    return released
  }

  mutating func remove(_ node: Node, _ id: NodeID) {
    for (position, input) in node.inputs.enumerated() {
      guard let input else { continue }
      remove(Use(node: id, input: position), of: input.index)
    }
  }

  /// Forgets the outputs of a graph that goes.
  mutating func removeOutputs(of graph: GraphID, in model: Model) {
    for output in model[graph].outputs {
      outputs[output.index]?.removeAll { $0 == graph }
      if outputs[output.index]?.isEmpty == true { outputs[output.index] = nil }
    }
  }

  private mutating func remove(_ use: Use, of value: Int) {
    guard uses[value].count > Self.longList else {
      places[value] = nil
      uses[value].removeAll { $0 == use }
      return
    }
    if places[value] == nil {
      places[value] = Dictionary(
        uses[value].enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }
    guard let place = places[value]?.removeValue(forKey: use) else { return }
    // The last one takes its place.
    let last = uses[value].removeLast()
    guard last != use else { return }
    uses[value][place] = last
    places[value]?[last] = place
  }
}
