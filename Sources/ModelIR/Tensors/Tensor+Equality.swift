internal import ByteStore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension Tensor {
  /// Whether another tensor has the same type, shape and elements, bit for bit.
  ///
  /// The same bytes of the same source are not read; everything else is read in pieces.
  /// Errors: as `forEachPiece`.
  /// Complexity: one pass over both at most; memory for two pieces of 128 KiB when both lie plainly
  /// in their sources, for one whole tensor otherwise.
  public func hasSameElements(as other: Tensor) throws -> Bool {
    guard dataType == other.dataType, shape == other.shape else { return false }
    guard let byteCount else { return try hasSameStrings(as: other) }
    if let a = plainRange(byteCount), let b = other.plainRange(byteCount) {
      if a.source === b.source, a.range == b.range { return true }
      return try Self.sameBytes(a.source, a.range, b.source, b.range)
    }
    let bytes = ByteSource(try loadBytes())
    var start = 0
    var isSame = true
    try other.forEachPiece { piece, _ in
      if isSame {
        isSame = try bytes.withBytes(start..<(start + piece.byteCount)) {
          Self.areEqual($0, piece)
        }
      }
      start += piece.byteCount
    }
    return isSame
  }

  /// The one range in which all elements lie in their plain form, if there is one.
  private func plainRange(_ byteCount: Int) -> (source: ByteSource, range: Range<Int>)? {
    guard case .stored(let elements) = storage, elements.encoding == .littleEndian else {
      return nil
    }
    if byteCount == 0 { return (elements.source, 0..<0) }
    guard elements.pieces.count == 1, let piece = elements.pieces.first, piece.count >= byteCount
    else { return nil }
    return (elements.source, piece.lowerBound..<(piece.lowerBound + byteCount))
  }

  /// Strings are compared as they are stored.
  private func hasSameStrings(as other: Tensor) throws -> Bool {
    guard case .stored(let a) = storage, case .stored(let b) = other.storage else { return false }
    return try a.pieces.map { try a.source.bytes($0) } == b.pieces.map { try b.source.bytes($0) }
  }

  private static func sameBytes(
    _ a: ByteSource, _ aRange: Range<Int>, _ b: ByteSource, _ bRange: Range<Int>
  ) throws -> Bool {
    // Both pieces stay in the cache of a core.
    let step = 1 << 17
    var offset = 0
    while offset < aRange.count {
      let count = min(step, aRange.count - offset)
      let aStart = aRange.lowerBound + offset
      let bStart = bRange.lowerBound + offset
      let isSame = try a.withBytes(aStart..<(aStart + count)) { left in
        try b.withBytes(bStart..<(bStart + count)) { right in areEqual(left, right) }
      }
      guard isSame else { return false }
      offset += count
    }
    return true
  }

  private static func areEqual(_ a: RawSpan, _ b: RawSpan) -> Bool {
    guard a.byteCount == b.byteCount else { return false }
    let count = a.byteCount
    return unsafe a.withUnsafeBytes { a in
      unsafe b.withUnsafeBytes { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return true }
        return unsafe memcmp(a, b, count) == 0
      }
    }
  }
}
