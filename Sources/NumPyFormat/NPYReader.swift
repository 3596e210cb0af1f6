internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// Reads one array.
enum NPYReader {
  /// The array that fills `range` of a source.
  ///
  /// Row-major little-endian elements stay where they are; others are put in order in memory.
  /// Errors: `FormatError`; bytes after the elements are one.
  static func tensor(
    _ source: ByteSource, _ range: Range<Int>, options: NumPyReadOptions, place: ArrayPlace
  ) throws -> Tensor {
    let header = try NPYHeader.read(source, range, place: place)
    let type = try type(of: header, options: options, place: place)
    let extents = header.literal.shape
    guard extents.count <= options.limits.rank else {
      throw place.error(
        .limitExceeded(.rank, found: extents.count, allowed: options.limits.rank),
        at: range.lowerBound)
    }
    guard let shape = TensorShape(extents),
      let size = type.dataType.byteCount(elements: shape.elementCount)
    else {
      throw place.error(
        .malformed(field: "shape", detail: "\(extents) has more elements than 63 bits count"),
        at: range.lowerBound)
    }
    let available = range.upperBound - header.dataOffset
    guard size <= available else {
      throw place.error(.truncated(needed: size, available: available), at: header.dataOffset)
    }
    guard size == available else {
      throw place.error(
        .inconsistent(
          "\(available) bytes of elements, but \(shape) of \(type.dataType.name) takes \(size)"),
        at: header.dataOffset)
    }
    let data = header.dataOffset..<range.upperBound
    let isColumnMajor = header.literal.isFortranOrder && shape.rank > 1
    guard isColumnMajor || type.isBigEndian else {
      return Tensor(
        dataType: type.dataType, shape: shape,
        storage: .stored(StoredElements(source: source, pieces: [data])))
    }
    var bytes = try source.bytes(data)
    if type.isBigEndian { ElementOrder.swapBytes(&bytes, of: type.dataType) }
    if isColumnMajor {
      bytes = ElementOrder.rowMajor(bytes, shape: shape, width: type.dataType.bitWidth / 8)
    }
    let elements = StoredElements(
      source: ByteSource(bytes, path: source.path), pieces: [0..<bytes.count])
    return Tensor(dataType: type.dataType, shape: shape, storage: .stored(elements))
  }

  private static func type(
    of header: NPYHeader, options: NumPyReadOptions, place: ArrayPlace
  ) throws -> NumPyType {
    do throws(NumPyType.Refusal) {
      return try NumPyType(header.literal.descr, rawType: options.rawType)
    } catch {
      switch error {
      case .malformed(let detail):
        throw place.error(.malformed(field: "descr", detail: detail))
      case .unsupported(let text):
        throw place.error(.unsupported(text))
      }
    }
  }
}
