public import ModelIR
internal import Operators

/// What tells two models apart, in nodes and in stored tensors.
///
/// Nodes are the same node when they make a value of the same name, else when they have the same
/// name and operator; tensors when their values have the same name. Files that name nothing alike
/// differ in everything.
public struct ModelDifference: Sendable {
  /// A node of both models whose content is not the same.
  public struct NodeChange: Sendable {
    /// The node in the first model.
    public var first: NodeID
    /// The node in the second.
    public var second: NodeID
    /// What changed, each as a clause: `operator Conv → Gemm`, `attribute "pads"`, `input 2`.
    public var changes: [String]
  }

  /// A stored tensor of both models.
  public struct TensorPair: Sendable {
    /// The name of its value.
    public var name: String
    /// Its type in the first model and in the second.
    public var types: (DataType, DataType)
    /// How the elements differ.
    public var difference: TensorDifference
  }

  /// Nodes that the second model has not.
  public private(set) var removedNodes: [NodeID] = []
  /// Nodes that the first model has not.
  public private(set) var addedNodes: [NodeID] = []
  /// Nodes of both that are not the same.
  public private(set) var changedNodes: [NodeChange] = []
  /// Nodes of both that are the same.
  public private(set) var sameNodes = 0
  /// Names of tensors that the second model has not.
  public private(set) var removedTensors: [String] = []
  /// Names of tensors that the first model has not.
  public private(set) var addedTensors: [String] = []
  /// Tensors of both, in the first model's order.
  public private(set) var tensors: [TensorPair] = []

  /// Whether nothing tells the models apart.
  public var isEmpty: Bool {
    removedNodes.isEmpty && addedNodes.isEmpty && changedNodes.isEmpty && removedTensors.isEmpty
      && addedTensors.isEmpty
      && tensors.allSatisfy { $0.difference == .equal && $0.types.0 == $0.types.1 }
  }

  /// Compares two models.
  ///
  /// Complexity: linear in both; every stored tensor of a common name is read once.
  /// Errors: those of reading the tensors' sources.
  public init(_ first: Model, _ second: Model) throws {
    compareNodes(first, second)
    let left = Self.stored(first)
    let right = Self.stored(second)
    for (name, tensor) in left.order.map({ ($0, left.tensors[$0]) }) {
      guard let tensor else { continue }
      if let other = right.tensors[name] {
        tensors.append(
          TensorPair(
            name: name, types: (tensor.dataType, other.dataType),
            difference: try TensorDifference(tensor, other)))
      } else {
        removedTensors.append(name)
      }
    }
    addedTensors = right.order.filter { left.tensors[$0] == nil }
  }

  private static func stored(_ model: Model) -> (order: [String], tensors: [String: Tensor]) {
    var order: [String] = []
    var tensors: [String: Tensor] = [:]
    for position in model.values.indices {
      let name = model.values[position].name
      guard let tensor = NodeCost.stored(ValueID(position), in: model), tensors[name] == nil else {
        continue
      }
      order.append(name)
      tensors[name] = tensor
    }
    return (order, tensors)
  }

  private mutating func compareNodes(_ first: Model, _ second: Model) {
    let index = NodeNames(second)
    var matched: Set<NodeID> = []
    for position in first.nodes.indices {
      let id = NodeID(position)
      // A Constant's tensor is compared as a tensor.
      guard first.contains(id), !first[id].isStandard("Constant") else { continue }
      guard let other = index.counterpart(of: first[id], in: first),
        matched.insert(other).inserted
      else {
        removedNodes.append(id)
        continue
      }
      let changes = NodeChanges.between(first[id], first, second[other], second)
      if changes.isEmpty {
        sameNodes += 1
      } else {
        changedNodes.append(NodeChange(first: id, second: other, changes: changes))
      }
    }
    addedNodes = second.nodes.indices.map { NodeID($0) }.filter { id in
      second.contains(id) && !second[id].isStandard("Constant") && !matched.contains(id)
    }
  }
}
