public import ModelIR
internal import Operators

/// A stored tensor of a model with what its elements look like.
public struct StoredTensorStatistics: Sendable {
  /// The value it is stored for.
  public var value: ValueID
  /// The value's name.
  public var name: String
  /// The type of its elements.
  public var dataType: DataType
  /// Its extents.
  public var shape: TensorShape
  /// What its elements look like; nil for texts and types that hold no plain numbers.
  public var statistics: TensorStatistics?

  /// All initializers and Constant nodes of at least `leastElements` elements, in the order of
  /// their ids.
  ///
  /// Errors: those of reading the tensors' sources.
  public static func all(
    in model: Model, leastElements: Int = 1, bins: Int = 32
  ) throws -> [StoredTensorStatistics] {
    var result: [StoredTensorStatistics] = []
    for position in model.values.indices {
      let id = ValueID(position)
      guard let tensor = NodeCost.stored(id, in: model),
        tensor.shape.elementCount >= leastElements
      else { continue }
      result.append(
        StoredTensorStatistics(
          value: id, name: model[id].name, dataType: tensor.dataType, shape: tensor.shape,
          statistics: try statistics(of: tensor, bins: bins)))
    }
    return result
  }

  private static func statistics(of tensor: Tensor, bins: Int) throws -> TensorStatistics? {
    do {
      return try TensorStatistics(tensor, bins: bins)
    } catch TensorError.notComputable {
      return nil
    }
  }
}
