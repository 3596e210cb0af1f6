/// Turns a sparse tensor into a dense one.
enum SparseExpansion {
  /// A few bytes of indices can claim any shape; no weight of a real model is larger.
  private static let maximumBytes = 1 << 31

  static func bytes(
    values: Tensor, indices: Tensor, dataType: DataType, shape: TensorShape
  ) throws -> [UInt8] {
    guard let total = dataType.byteCount(elements: shape.elementCount), dataType.bitWidth >= 8
    else { throw TensorError.notComputable(dataType) }
    guard total <= maximumBytes else {
      throw TensorError.tooLarge(elements: shape.elementCount, allowed: maximumBytes)
    }
    let width = dataType.bitWidth / 8
    let count = values.shape.elementCount
    let plain = try values.loadBytes()
    let positions = try indices.int64s()
    let perElement = indices.shape.rank == 2 ? shape.rank : 1
    guard positions.count == count * perElement else {
      throw TensorError.wrongLength(found: positions.count, expected: count * perElement)
    }
    var result = [UInt8](repeating: 0, count: total)
    let strides = shape.strides
    for element in 0..<count {
      var linear = 0
      for axis in 0..<perElement {
        let position = Int(truncatingIfNeeded: positions[element * perElement + axis])
        let extent = perElement == 1 ? shape.elementCount : shape.dimensions[axis]
        guard position >= 0, position < extent else {
          throw TensorError.badSparseIndex(position: element)
        }
        linear += perElement == 1 ? position : position * strides[axis]
      }
      for byte in 0..<width { result[linear * width + byte] = plain[element * width + byte] }
    }
    return result
  }
}
