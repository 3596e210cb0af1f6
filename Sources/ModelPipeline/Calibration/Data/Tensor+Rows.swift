internal import ByteStore
internal import ModelIR

extension Tensor {
  /// Some of the rows along the first axis, where they lie.
  ///
  /// Errors: `TensorError`, `FileAccessError` for tensors that have to be unpacked for it.
  func rows(_ range: Range<Int>) throws -> Tensor {
    let count = shape.dimensions[0]
    guard range != 0..<count, let size = byteCount, count > 0 else { return self }
    guard let shape = TensorShape([range.count] + shape.dimensions.dropFirst()),
      dataType.bitWidth % 8 == 0
    else { return self }
    let row = size / count
    let bytes = (range.lowerBound * row)..<(range.upperBound * row)
    if case .stored(let elements) = storage, elements.encoding == .littleEndian,
      elements.pieces.count == 1, elements.pieces[0].count == size
    {
      let start = elements.pieces[0].lowerBound
      let part = (start + bytes.lowerBound)..<(start + bytes.upperBound)
      return Tensor(
        dataType: dataType, shape: shape,
        storage: .stored(StoredElements(source: elements.source, pieces: [part])))
    }
    let all = try loadBytes()
    return Tensor(dataType: dataType, shape: shape, bytes: Array(all[bytes])) ?? self
  }
}
