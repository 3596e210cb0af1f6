internal import ByteStore
public import ModelIR

/// What one run of a graph costs: the sum over its nodes, bodies included.
///
/// If counts its more expensive branch; Loop and Scan count their body as often as their trip
/// count is known, else once; a function counts at each call. Nodes of which an extent is not
/// known count nothing and are listed.
public struct GraphCost: Sendable, Hashable {
  /// The multiply-adds of all nodes that could be counted.
  public private(set) var multiplyAdds = 0
  /// The operations of all nodes that could be counted.
  public private(set) var operations = 0
  /// Nodes that could not be counted, and loops that count once.
  public var uncounted: [NodeID] { missing.sorted() }

  private var missing: Set<NodeID> = []

  /// Whether the sums are all there is.
  public var isComplete: Bool { missing.isEmpty }

  /// Adds up a graph.
  public init(_ graph: GraphID, in model: Model, shapes: ShapeInference) {
    var known: [GraphID: GraphCost] = [:]
    self = Self.cost(of: graph, model, shapes, &known, depth: 0)
  }

  private init() {}

  private static func cost(
    of graph: GraphID, _ model: Model, _ shapes: ShapeInference,
    _ known: inout [GraphID: GraphCost], depth: Int
  ) -> GraphCost {
    if let cost = known[graph] { return cost }
    var total = GraphCost()
    // Functions that call themselves are no ONNX; they must not end us either.
    guard depth < 100 else { return total }
    known[graph] = total
    for id in model[graph].nodes where model.contains(id) {
      let node = model[id]
      if let function = model.function(calledBy: node) {
        total.add(cost(of: function.body, model, shapes, &known, depth: depth + 1), times: 1)
      } else if !node.bodies.isEmpty {
        let bodies = node.bodies.map { cost(of: $0, model, shapes, &known, depth: depth + 1) }
        total.add(bodies, of: node, id, model, shapes)
      } else {
        let cost = NodeCost(id, in: model, shapes: shapes)
        if let macs = cost.multiplyAdds, let operations = cost.operations {
          total.multiplyAdds = CheckedArithmetic.sum(total.multiplyAdds, macs) ?? .max
          total.operations = CheckedArithmetic.sum(total.operations, operations) ?? .max
        } else {
          total.missing.insert(id)
        }
      }
    }
    known[graph] = total
    return total
  }

  private mutating func add(
    _ bodies: [GraphCost], of node: Node, _ id: NodeID, _ model: Model,
    _ shapes: ShapeInference
  ) {
    if node.opType == "If" {
      if let larger = bodies.max(by: { $0.multiplyAdds < $1.multiplyAdds }) {
        add(larger, times: 1)
      }
      return
    }
    let trips = tripCount(node, model, shapes)
    if trips == nil { missing.insert(id) }
    for body in bodies { add(body, times: trips ?? 1) }
  }

  private func tripCount(_ node: Node, _ model: Model, _ shapes: ShapeInference) -> Int? {
    switch node.opType {
    case "Loop":
      guard let trips = node.input(0) else { return nil }
      let stored = NodeCost.stored(trips, in: model).flatMap { try? $0.int64s().first }
      return (shapes.numbers(of: trips)?.first?.value ?? stored.map { Int($0) }).map { max(0, $0) }
    case "Scan":
      guard let scanned = try? node.int("num_scan_inputs"), scanned >= 1,
        let input = node.input(node.inputs.count - scanned), let shape = shapes.shape(of: input),
        let axis = Axes.resolve(
          (try? node.ints("scan_input_axes"))?.first ?? 0, rank: shape.count)
      else { return nil }
      return shape[axis]
    default: return nil
    }
  }

  private mutating func add(_ other: GraphCost, times: Int) {
    multiplyAdds = Self.sum(multiplyAdds, other.multiplyAdds, times)
    operations = Self.sum(operations, other.operations, times)
    missing.formUnion(other.missing)
  }

  private static func sum(_ total: Int, _ part: Int, _ times: Int) -> Int {
    CheckedArithmetic.product(part, times).flatMap { CheckedArithmetic.sum(total, $0) } ?? .max
  }
}
