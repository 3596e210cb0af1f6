internal import ByteStore

/// Hands out stored elements in their plain form, piece by piece.
struct StoredElementReader {
  let elements: StoredElements
  let dataType: DataType
  let count: Int

  init(_ elements: StoredElements, dataType: DataType, count: Int) {
    self.elements = elements
    self.dataType = dataType
    self.count = count
  }

  func forEachPiece(step: Int, _ body: (RawSpan, Range<Int>) throws -> Void) throws {
    guard let expected = dataType.byteCount(elements: count) else {
      throw TensorError.notComputable(dataType)
    }
    switch elements.encoding {
    case .littleEndian:
      guard elements.byteCount >= expected else {
        throw TensorError.wrongLength(found: elements.byteCount, expected: expected)
      }
      try forEachPlainPiece(step: step, byteCount: expected, body)
    case .varints:
      let bytes = try decodedVarints(expected: expected)
      let plain = StoredElements(source: ByteSource(bytes), pieces: [0..<bytes.count])
      try StoredElementReader(plain, dataType: dataType, count: count)
        .forEachPiece(step: step, body)
    case .strings:
      throw TensorError.notComputable(dataType)
    }
  }

  private func forEachPlainPiece(
    step: Int, byteCount: Int, _ body: (RawSpan, Range<Int>) throws -> Void
  ) throws {
    guard byteCount > 0 else { return }
    var source = elements.source
    var range = elements.pieces.first ?? 0..<0
    if elements.pieces.count > 1 {
      // Chunks need not end between elements; joined, they do.
      var joined: [UInt8] = []
      joined.reserveCapacity(elements.byteCount)
      for piece in elements.pieces { joined.append(contentsOf: try source.bytes(piece)) }
      source = ByteSource(joined, path: source.path)
      range = 0..<joined.count
    }
    // A multiple of 8 elements is a whole number of bytes for every type.
    let stepBytes = step * dataType.bitWidth / 8
    let bits = dataType.bitWidth
    try source.forEachPiece(
      range.lowerBound..<(range.lowerBound + byteCount), pieceSize: stepBytes
    ) { piece, offset in
      var start = 0
      // Memory is lent whole; cut it here, so that every caller sees pieces of the same size.
      while start < piece.byteCount {
        let end = min(start + stepBytes, piece.byteCount)
        let first = (offset - range.lowerBound + start) * 8 / bits
        let last = min(count, (offset - range.lowerBound + end) * 8 / bits)
        try body(piece.extracting(start..<end), first..<last)
        start = end
      }
    }
  }

  /// One varint for each element (for packed types: for each byte, or for each four of them).
  private func decodedVarints(expected: Int) throws -> [UInt8] {
    let packed = dataType.bitWidth < 8
    let width = packed ? 1 : dataType.bitWidth / 8
    var result: [UInt8] = []
    result.reserveCapacity(expected)
    var wide: [UInt8] = []
    for piece in elements.pieces {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      try elements.source.forEachPiece(piece) { span, offset in
        for position in 0..<span.byteCount {
          let byte = unsafe span.unsafeLoad(fromByteOffset: position, as: UInt8.self)
          guard shift < 70 else {
            throw TensorError.malformedVarint(offset: offset + position)
          }
          value |= UInt64(byte & 0x7f) &<< shift
          if byte & 0x80 != 0 {
            shift += 7
            continue
          }
          for index in 0..<width {
            result.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
          }
          if packed {
            for index in 0..<4 {
              wide.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
            }
          }
          value = 0
          shift = 0
        }
      }
      guard shift == 0 else { throw TensorError.malformedVarint(offset: piece.upperBound) }
    }
    if result.count == expected { return result }
    // The proto file says one byte in an entry, the standard's checker accepts four.
    if packed, result.count == (expected + 3) / 4 { return Array(wide.prefix(expected)) }
    throw TensorError.wrongLength(found: result.count, expected: expected)
  }
}
