internal import ModelIR

/// Puts elements in the order this project keeps them: little-endian, row-major.
enum ElementOrder {
  /// Reverses the bytes of every element; of both halves of every complex one.
  static func swapBytes(_ bytes: inout [UInt8], of type: DataType) {
    let isComplex = type == .complex64 || type == .complex128
    let width = type.bitWidth / (isComplex ? 16 : 8)
    guard width > 1 else { return }
    for start in stride(from: 0, through: bytes.count - width, by: width) {
      for index in 0..<(width / 2) { bytes.swapAt(start + index, start + width - 1 - index) }
    }
  }

  /// Column-major elements of `width` bytes in row-major order.
  ///
  /// Formula: element (i₀, …, iₙ) stands at Σ iₖ·Π(d₀ … dₖ₋₁) in column-major order.
  static func rowMajor(_ bytes: [UInt8], shape: TensorShape, width: Int) -> [UInt8] {
    let extents = shape.dimensions
    var strides = [Int](repeating: width, count: extents.count)
    for axis in 1..<max(1, extents.count) { strides[axis] = strides[axis - 1] * extents[axis - 1] }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = [Int](repeating: 0, count: extents.count)
    var position = 0
    for _ in 0..<shape.elementCount {
      for byte in position..<(position + width) { result.append(bytes[byte]) }
      // Counts like an odometer, the last axis fastest.
      var axis = extents.count - 1
      while axis >= 0 {
        index[axis] += 1
        position += strides[axis]
        if index[axis] < extents[axis] { break }
        position -= strides[axis] * extents[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return result
  }
}
