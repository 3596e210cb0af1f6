internal import ByteStore
internal import CVectorLoops

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
      try Self.produce(0..<shape.elementCount, of: recipe, self, step: step, body)
    case .sparse(let values, let indices):
      let bytes = try SparseExpansion.bytes(
        values: values, indices: indices, dataType: dataType, shape: shape)
      let whole = StoredElements(source: ByteSource(bytes), pieces: [0..<bytes.count])
      try StoredElementReader(whole, dataType: dataType, count: shape.elementCount)
        .forEachPiece(step: step, body)
    }
  }

  /// Ranges that cover the elements and can be produced one without the others, of about
  /// `elements` each; one range where that is not possible or does not pay.
  public func divided(into elements: Int) -> [Range<Int>] {
    let whole = 0..<shape.elementCount
    guard case .derived(let recipe) = storage, whole.count > elements,
      RecipeProducer.isDivisible(recipe, dataType, shape)
    else { return [whole] }
    let step = max(8, elements & ~7)
    return stride(from: 0, to: whole.count, by: step).map { $0..<min($0 + step, whole.count) }
  }

  /// Walks one of the ranges of `divided(into:)` as `forEachPiece` walks all elements.
  public func forEachPiece(
    of range: Range<Int>, maximumElements: Int = 1 << 18,
    _ body: (RawSpan, Range<Int>) throws -> Void
  ) throws {
    guard case .derived(let recipe) = storage, range.count < shape.elementCount else {
      return try forEachPiece(maximumElements: maximumElements, body)
    }
    try Self.produce(range, of: recipe, self, step: max(8, maximumElements & ~7), body)
  }

  private static func produce(
    _ range: Range<Int>, of recipe: TensorRecipe, _ tensor: Tensor, step: Int,
    _ body: (RawSpan, Range<Int>) throws -> Void
  ) throws {
    var producer = try RecipeProducer(recipe, dataType: tensor.dataType, shape: tensor.shape)
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(start + step, range.upperBound)
      try producer.produce(start..<end, body)
      start = end
    }
    try producer.finish()
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

  /// Elements that are read at a time to be converted at once: they stay in the cache of a core.
  private static let cachedElements = 1 << 15

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
    if let plain = plainBytes {
      if dataType == .float64 { return try Self.read(plain) }
      if dataType == .float32 { return try Self.widened(plain) }
    }
    var result: [Double] = []
    result.reserveCapacity(min(shape.elementCount, 1 << 24))
    try forEachPiece(maximumElements: Self.cachedElements) { piece, range in
      try ElementConversion.append(piece, of: dataType, count: range.count, to: &result)
    }
    return result
  }

  /// All elements as Float: exact for half, bfloat16 and Float, rounded once for others.
  public func floats() throws -> [Float] {
    if dataType == .float32, let plain = plainBytes { return try Self.read(plain) }
    var result: [Float] = []
    result.reserveCapacity(min(shape.elementCount, 1 << 24))
    try forEachPiece(maximumElements: Self.cachedElements) { piece, range in
      try ElementConversion.append(piece, of: dataType, count: range.count, to: &result)
    }
    return result
  }

  /// Where all elements stand as they are, if they do and are all there.
  var plainBytes: (source: ByteSource, range: Range<Int>)? {
    guard case .stored(let elements) = storage, elements.encoding == .littleEndian,
      elements.pieces.count == 1, let piece = elements.pieces.first,
      let expected = dataType.byteCount(elements: shape.elementCount), expected > 0,
      piece.count >= expected, piece.upperBound <= elements.source.count
    else { return nil }
    return (elements.source, piece.lowerBound..<(piece.lowerBound + expected))
  }

  private static func read<Element: BitwiseCopyable>(
    _ plain: (source: ByteSource, range: Range<Int>)
  ) throws -> [Element] {
    let count = plain.range.count / MemoryLayout<Element>.stride
    return try unsafe [Element](unsafeUninitializedCapacity: count) { buffer, filled in
      try unsafe plain.source.read(plain.range, into: UnsafeMutableRawBufferPointer(buffer))
      filled = count
    }
  }

  /// Floats as Doubles, written to their place at once.
  static func widened(
    _ plain: (source: ByteSource, range: Range<Int>)
  ) throws -> [Double] {
    let width = MemoryLayout<Float>.size
    let count = plain.range.count / width
    return try unsafe [Double](unsafeUninitializedCapacity: count) { buffer, filled in
      try plain.source.forEachPiece(plain.range, pieceSize: cachedElements * width) { piece, _ in
        unsafe piece.withUnsafeBytes { bytes in
          guard let source = bytes.baseAddress, let target = buffer.baseAddress else { return }
          unsafe bnfold_widen_f32(source, target + filled, bytes.count / width)
          filled += bytes.count / width
        }
      }
    }
  }

  /// All elements of a whole-number or bool tensor; uint64 by its bit pattern.
  public func int64s() throws -> [Int64] {
    var result: [Int64] = []
    result.reserveCapacity(min(shape.elementCount, 1 << 24))
    try forEachPiece(maximumElements: Self.cachedElements) { piece, range in
      try ElementConversion.append(piece, of: dataType, count: range.count, to: &result)
    }
    return result
  }
}
