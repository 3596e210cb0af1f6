public import ModelIR
internal import Operators

/// The stored weight of a layer that is a sum of products, and which channel of the layer's output
/// each element belongs to.
public struct LinearWeight: Sendable, Hashable {
  /// The layer.
  public var node: NodeID
  /// The weight.
  public var value: ValueID
  /// Elements to output channels.
  public var channels: ChannelIndex

  /// The stored weights of all Conv, ConvTranspose, Gemm and MatMul nodes, in the order of their
  /// graphs; weights that another node computes are left out.
  public static func all(in model: Model) -> [LinearWeight] {
    model.graphs.flatMap(\.nodes).filter { model.contains($0) }.compactMap {
      LinearWeight($0, in: model)
    }
  }

  /// The weight of one node; nil where it has none that is stored as floats.
  public init?(_ id: NodeID, in model: Model) {
    let node = model[id]
    guard node.domain.isEmpty, let value = node.input(1),
      let tensor = NodeCost.stored(value, in: model), tensor.dataType.isFoldableFloat,
      tensor.shape.elementCount > 0,
      let channels = Self.channels(of: node, tensor.shape)
    else { return nil }
    self.node = id
    self.value = value
    self.channels = channels
  }

  private static func channels(of node: Node, _ shape: TensorShape) -> ChannelIndex? {
    switch node.opType {
    case "Conv" where shape.rank >= 2: return .axis(0)
    case "ConvTranspose" where shape.rank >= 2:
      let groups = (try? node.int("group")) ?? 1
      guard groups >= 1, groups <= shape.dimensions[0] else { return nil }
      return ChannelIndex(
        memberAxis: 1,
        group: .init(
          axis: 0, size: shape.dimensions[0] / groups, channels: shape.dimensions[1]))
    case "Gemm" where shape.rank == 2: return .axis((try? node.int("transB")) == 1 ? 0 : 1)
    case "MatMul" where shape.rank >= 1: return .axis(shape.rank - 1)
    default: return nil
    }
  }
}
