internal import ByteStore
public import ModelIR

/// What one run of a node costs, and what it stores.
public struct NodeCost: Sendable, Hashable {
  /// Multiplications that are added up, by operators that are sums of products (see `NodeCosts`);
  /// 0 for all others, nil where an extent is not known.
  public var multiplyAdds: Int?
  /// Arithmetic operations: 2 for each multiply-add, for other operators by their table; nil where
  /// an extent is not known.
  public var operations: Int?
  /// Elements of the stored tensors it reads; shapes and indices (int64), bools and texts are no
  /// parameters.
  public var parameters: Int

  /// Makes a cost from its parts.
  public init(multiplyAdds: Int?, operations: Int?, parameters: Int) {
    self.multiplyAdds = multiplyAdds
    self.operations = operations
    self.parameters = parameters
  }

  /// The cost of a node from inferred shapes.
  ///
  /// Bodies and functions cost what `GraphCost` adds up, and nothing here.
  public init(_ id: NodeID, in model: Model, shapes: ShapeInference) {
    let node = model[id]
    parameters = Self.parameters(of: node, in: model)
    guard node.domain.isEmpty else {
      multiplyAdds = nil
      operations = nil
      return
    }
    let extents = NodeExtents(node: node, model: model, shapes: shapes)
    if let rule = NodeCosts.multiplyAdds[node.opType] {
      multiplyAdds = rule(extents)
      operations = multiplyAdds.flatMap { CheckedArithmetic.product(2, $0) }
    } else {
      multiplyAdds = 0
      operations = NodeCosts.operations(extents)
    }
  }

  /// Elements of the stored tensors that a node reads, each once.
  static func parameters(of node: Node, in model: Model) -> Int {
    var seen: Set<ValueID> = []
    var total = 0
    for input in node.inputs.compactMap({ $0 }) where seen.insert(input).inserted {
      guard let tensor = stored(input, in: model), isParameter(tensor.dataType) else { continue }
      total = CheckedArithmetic.sum(total, tensor.shape.elementCount) ?? .max
    }
    return total
  }

  /// The tensor behind an initializer or a Constant node.
  public static func stored(_ value: ValueID, in model: Model) -> Tensor? {
    if let tensor = model[value].initializer { return tensor }
    guard let maker = model.producer(of: value), model.contains(maker),
      model[maker].isStandard("Constant")
    else { return nil }
    return ConstantNode.constancy(model[maker], maker).tensor
  }

  /// Whether elements of this type are learned numbers rather than shapes, indices or texts.
  public static func isParameter(_ type: DataType) -> Bool {
    switch type {
    case .int64, .uint64, .bool, .string: false
    default: true
    }
  }
}
