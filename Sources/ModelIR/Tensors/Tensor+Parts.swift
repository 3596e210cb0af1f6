public import ByteStore

extension Tensor {
  /// The elements in their plain form as parts of an output, of `byteCount` bytes altogether.
  ///
  /// `failing` makes the error that is thrown where elements cannot be computed, or are not of
  /// that length.
  public func outputParts(
    byteCount: Int, failing: @escaping @Sendable (TensorError) -> any Error
  ) -> [OutputPart] {
    let width = max(1, dataType.bitWidth / 8)
    let ranges = divided(into: OutputPart.largest / width)
    return ranges.map { range in
      let bytes = ranges.count == 1 ? byteCount : range.count * width
      return OutputPart(count: bytes) { output in
        do {
          try write(range, count: bytes, to: &output)
        } catch let error as TensorError {
          throw failing(error)
        }
      }
    }
  }

  private func write(
    _ range: Range<Int>, count: Int, to output: inout OutputStretch
  ) throws {
    if case .derived(let recipe) = storage, range.count * dataType.bitWidth / 8 == count {
      var producer = try RecipeProducer(recipe, dataType: dataType, shape: shape)
      if try producer.write(range, to: &output) { return }
    }
    var done = 0
    let step = OutputPart.piece / max(1, dataType.bitWidth / 8)
    try forEachPiece(of: range, maximumElements: step) { bytes, _ in
      done += bytes.byteCount
      guard done <= count else { throw TensorError.wrongLength(found: done, expected: count) }
      try output.append(bytes)
    }
    guard done == count else { throw TensorError.wrongLength(found: done, expected: count) }
  }
}
