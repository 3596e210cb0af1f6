internal import ByteStore

extension Tensor {
  /// Walks the elements in their plain form (little-endian, row-major, sub-byte types packed) in
  /// pieces of at most `maximumElements`, each handed out for one call with its element range.
  ///
  /// Accuracy: derived elements are computed in Double and rounded once, to nearest even.
  /// Errors: `TensorError` when bytes and shape disagree or a computed element does not fit the
  /// type; `FileAccessError` when the source cannot be read.
  /// Complexity: one pass; memory for one piece (sparse tensors and varint sources of recipes are
  /// expanded whole).
  public func forEachPiece(
    maximumElements: Int = 1 << 18, _ body: (RawSpan, Range<Int>) throws -> Void
  ) throws {
    // Pieces of packed types end on whole bytes.
    let step = max(8, maximumElements & ~7)
    switch storage {
    case .stored(let elements):
      try StoredElementReader(elements, dataType: dataType, count: shape.elementCount)
        .forEachPiece(step: step, body)
    case .derived(let recipe):
      var producer = try RecipeProducer(recipe, dataType: dataType, shape: shape)
      var start = 0
      while start < shape.elementCount {
        let end = min(start + step, shape.elementCount)
        try producer.produce(start..<end, body)
        start = end
      }
      try producer.finish()
    case .sparse(let values, let indices):
      let bytes = try SparseExpansion.bytes(
        values: values, indices: indices, dataType: dataType, shape: shape)
      let whole = StoredElements(source: ByteSource(bytes), pieces: [0..<bytes.count])
      try StoredElementReader(whole, dataType: dataType, count: shape.elementCount)
        .forEachPiece(step: step, body)
    }
  }

  /// All elements in their plain form.
  public func loadBytes() throws -> [UInt8] {
    guard let byteCount else { throw TensorError.notComputable(dataType) }
    var result: [UInt8] = []
    result.reserveCapacity(min(byteCount, 1 << 26))
    try forEachPiece { piece, _ in
      unsafe piece.withUnsafeBytes { unsafe result.append(contentsOf: $0) }
    }
    return result
  }

  /// Walks the elements as Double in pieces of at most `maximumElements`, each handed out with its
  /// element range; for sums over weights that need not be in memory whole.
  public func forEachDoubles(
    maximumElements: Int = 1 << 16, _ body: ([Double], Range<Int>) throws -> Void
  ) throws {
    var piece: [Double] = []
    try forEachPiece(maximumElements: maximumElements) { bytes, range in
      piece.removeAll(keepingCapacity: true)
      try ElementConversion.append(bytes, of: dataType, count: range.count, to: &piece)
      try body(piece, range)
    }
  }

  /// All elements as Double: floats widened exactly, whole numbers rounded to nearest beyond 2⁵³.
  public func doubles() throws -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(min(shape.elementCount, 1 << 24))
    try forEachPiece { piece, range in
      try ElementConversion.append(piece, of: dataType, count: range.count, to: &result)
    }
    return result
  }

  /// All elements as Float: exact for half, bfloat16 and Float, rounded once for others.
  public func floats() throws -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(min(shape.elementCount, 1 << 24))
    try forEachPiece { piece, range in
      try ElementConversion.append(piece, of: dataType, count: range.count, to: &result)
    }
    return result
  }

  /// All elements of a whole-number or bool tensor; uint64 by its bit pattern.
  public func int64s() throws -> [Int64] {
    var result: [Int64] = []
    result.reserveCapacity(min(shape.elementCount, 1 << 24))
    try forEachPiece { piece, range in
      try ElementConversion.append(piece, of: dataType, count: range.count, to: &result)
    }
    return result
  }
}
