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
      return OutputPart(count: bytes) { take in
        do {
          try produce(range, OutputPart.piece / width, bytes, take)
        } catch let error as TensorError {
          throw failing(error)
        }
      }
    }
  }

  private func produce(
    _ range: Range<Int>, _ step: Int, _ count: Int, _ take: (RawSpan) throws -> Void
  ) throws {
    var done = 0
    try forEachPiece(of: range, maximumElements: step) { bytes, _ in
      done += bytes.byteCount
      guard done <= count else { throw TensorError.wrongLength(found: done, expected: count) }
      try take(bytes)
    }
    guard done == count else { throw TensorError.wrongLength(found: done, expected: count) }
  }
}
