internal import ByteStore
public import ModelIR
public import Operators

/// What a model consists of, added up.
public struct ModelInventory: Sendable {
  /// An input or output of the main graph.
  public struct Port: Sendable, Hashable {
    /// The value.
    public var value: ValueID
    /// Its name.
    public var name: String
    /// What it holds; nil where nothing is known.
    public var type: ValueType?
    /// It has a stored default that the caller may override.
    public var hasDefault: Bool
  }

  /// How often an operator occurs, in all graphs and functions.
  public struct OperatorCount: Sendable, Hashable {
    /// "" is the standard's.
    public var domain: String
    /// The operator.
    public var opType: String
    /// Nodes of it.
    public var count: Int
  }

  /// Stored tensors of one element type.
  public struct TypeTotal: Sendable, Hashable {
    /// The type of the elements.
    public var dataType: DataType
    /// Tensors of it.
    public var tensors: Int
    /// Their elements.
    public var elements: Int
    /// Their bytes as raw elements; 0 for texts.
    public var bytes: Int
  }

  /// What the file says about itself.
  public var header: Model.Header
  /// Operator sets by domain ("" is the standard's), in order of domains.
  public var opsets: [(domain: String, version: Int)]
  /// Inputs that a caller feeds or may override.
  public var inputs: [Port]
  /// Outputs.
  public var outputs: [Port]
  /// Nodes of the main graph.
  public var mainNodes: Int
  /// Nodes of all graphs and functions.
  public var nodes: Int
  /// Bodies of If, Loop and Scan.
  public var bodies: Int
  /// Operators that the model defines.
  public var functions: Int
  /// Operators by frequency, the most frequent first.
  public var operators: [OperatorCount]
  /// BatchNormalization nodes in all graphs and functions.
  public var batchNormalizations: Int
  /// Initializers and Constant nodes by type, the largest first.
  public var types: [TypeTotal]
  /// Elements of all stored tensors but shapes and indices (int64), bools and texts.
  public var parameters: Int
  /// Of these, stored means and variances of batch normalizations, which papers do not count.
  public var statistics: Int
  /// Bytes of all stored tensors as raw elements.
  public var bytes: Int
  /// What one run of the main graph costs.
  public var cost: GraphCost
  /// The most bytes that values of the main graph take at once; nil where an extent is not known.
  public var peakActivationBytes: Int?

  /// Adds up a model with its inferred shapes.
  public init(_ model: Model, shapes: ShapeInference) {
    header = model.header
    opsets = model.opsets.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    let main = model[model.mainGraph]
    inputs = main.inputs.filter { !model.isFixedInitializer($0) }.map { value in
      Self.port(value, model, shapes)
    }
    outputs = main.outputs.map { Self.port($0, model, shapes) }
    mainNodes = main.nodes.count { model.contains($0) }
    bodies = model.graphs.count { $0.parent != nil }
    functions = model.functions.count

    var counts: [String: [String: Int]] = [:]
    var tensors: [Tensor] = model.values.compactMap(\.initializer)
    nodes = 0
    for node in model.nodes {
      guard let node else { continue }
      nodes += 1
      counts[node.domain, default: [:]][node.opType, default: 0] += 1
      guard node.isStandard("Constant"), let output = node.output(0) else { continue }
      if let tensor = NodeCost.stored(output, in: model) { tensors.append(tensor) }
    }
    operators = counts.flatMap { domain, types in
      types.map { OperatorCount(domain: domain, opType: $0.key, count: $0.value) }
    }
    operators.sort { ($1.count, $0.domain, $0.opType) < ($0.count, $1.domain, $1.opType) }
    batchNormalizations = counts[""]?["BatchNormalization"] ?? 0
    types = Self.types(tensors)
    parameters = types.filter { NodeCost.isParameter($0.dataType) }.reduce(0) {
      CheckedArithmetic.sum($0, $1.elements) ?? .max
    }
    statistics = Self.statistics(model)
    bytes = types.reduce(0) { CheckedArithmetic.sum($0, $1.bytes) ?? .max }
    cost = GraphCost(model.mainGraph, in: model, shapes: shapes)
    peakActivationBytes = ActivationMemory.peak(of: model, shapes: shapes)
  }

  private static func port(_ value: ValueID, _ model: Model, _ shapes: ShapeInference) -> Port {
    Port(
      value: value, name: model[value].name, type: shapes.type(of: value),
      hasDefault: model[value].initializer != nil)
  }

  private static func statistics(_ model: Model) -> Int {
    var seen: Set<ValueID> = []
    for node in model.nodes.compactMap({ $0 }) where node.isStandard("BatchNormalization") {
      seen.formUnion([node.input(3), node.input(4)].compactMap { $0 })
    }
    return seen.reduce(0) { sum, value in
      let count = NodeCost.stored(value, in: model)?.shape.elementCount ?? 0
      return CheckedArithmetic.sum(sum, count) ?? .max
    }
  }

  private static func types(_ tensors: [Tensor]) -> [TypeTotal] {
    var totals: [DataType: TypeTotal] = [:]
    for tensor in tensors {
      var total =
        totals[tensor.dataType]
        ?? TypeTotal(dataType: tensor.dataType, tensors: 0, elements: 0, bytes: 0)
      total.tensors += 1
      total.elements = CheckedArithmetic.sum(total.elements, tensor.shape.elementCount) ?? .max
      total.bytes = CheckedArithmetic.sum(total.bytes, tensor.byteCount ?? 0) ?? .max
      totals[tensor.dataType] = total
    }
    return totals.values.sorted {
      ($1.bytes, $0.dataType.rawValue) < ($0.bytes, $1.dataType.rawValue)
    }
  }
}
