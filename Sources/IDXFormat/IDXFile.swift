public import ByteStore
public import ModelFormats
public import ModelIR

/// Reads IDX files, the arrays in which MNIST comes, plain or packed by gzip.
///
///     0   2  zeros
///     2   1  type: 08 uint8, 09 int8, 0B int16, 0C int32, 0D float32, 0E float64
///     3   1  number of dimensions
///     4   4  for each dimension: its extent, big-endian
///     …      the elements, row-major, big-endian, to the end
///
/// Source: yann.lecun.com/exdb/mnist, "The IDX file format".
public enum IDXFile {
  /// The format's name; files have endings of every kind.
  public static let format = ModelFormat(name: "IDX", fileExtensions: ["idx"])

  private static let types: [UInt8: DataType] = [
    0x08: .uint8, 0x09: .int8, 0x0b: .int16, 0x0c: .int32, 0x0d: .float32, 0x0e: .float64,
  ]
  /// Small files may unpack to any multiple.
  private static let freeBytes = 64 << 20
  /// Half of what deflate reaches on nothing but zeros.
  private static let largestRatio = 500

  /// How likely a file is of this format: by its first four bytes, or those of gzip.
  public static func probe(_ candidate: ProbeCandidate) -> ProbeConfidence {
    if candidate.has([0x1f, 0x8b]) { return .plausibleContent }
    guard candidate.head.count >= 4, candidate.has([0, 0]), types[candidate.head[2]] != nil,
      (1...8).contains(candidate.head[3])
    else { return .none }
    return .plausibleContent
  }

  /// The array of a file.
  ///
  /// Errors: `FormatError` with the byte (of what is unpacked, for a packed file), for files that
  /// are cut off or too long, and for packed ones of more than `ReadLimits.expandedBytes` or, beyond
  /// 64 MiB, of more than 500 times their size; `FileAccessError`.
  public static func read(_ source: ByteSource, limits: ReadLimits = ReadLimits()) throws -> Tensor
  {
    guard try source.bytes(0..<min(2, source.count)) == [0x1f, 0x8b] else {
      return try tensor(source, path: [], limits)
    }
    let multiple = CheckedArithmetic.product(source.count, largestRatio) ?? Int.max
    let allowed = min(limits.expandedBytes, max(freeBytes, multiple))
    do {
      let bytes = try Inflate.gzip(source, limit: allowed)
      return try tensor(
        ByteSource(bytes, path: source.path), path: [InputLocation.PathElement("unpacked")], limits)
    } catch let failure as Inflate.Failure {
      let problem: FormatError.Problem =
        switch failure {
        case .malformed(let detail): .malformed(field: "gzip data", detail: detail)
        case .tooLong: .limitExceeded(.expandedBytes, found: allowed + 1, allowed: allowed)
        case .noMemory: .unsupported("unpacking: there is no memory for it")
        }
      throw FormatError(problem, at: InputLocation(file: source.path, position: .byte(0)))
    }
  }

  private static func tensor(
    _ source: ByteSource, path: [InputLocation.PathElement], _ limits: ReadLimits
  ) throws -> Tensor {
    func failure(_ problem: FormatError.Problem, at offset: Int) -> FormatError {
      FormatError(
        problem, at: InputLocation(file: source.path, position: .byte(offset), path: path))
    }
    guard source.count >= 4 else {
      throw failure(.truncated(needed: 4, available: source.count), at: 0)
    }
    let head = try source.bytes(0..<4)
    guard head[0] == 0, head[1] == 0, let type = types[head[2]] else {
      throw failure(
        .malformed(field: "magic", detail: "00 00 and a type from 08 to 0E are expected"), at: 0)
    }
    let rank = Int(head[3])
    guard rank <= limits.rank else {
      throw failure(.limitExceeded(.rank, found: rank, allowed: limits.rank), at: 3)
    }
    let start = 4 + 4 * rank
    guard source.count >= start else {
      throw failure(.truncated(needed: 4 * rank, available: source.count - 4), at: 4)
    }
    let extents = try source.bytes(4..<start)
    let shape = TensorShape(
      stride(from: 0, to: extents.count, by: 4).map { offset in
        extents[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
      })
    guard let shape, let size = type.byteCount(elements: shape.elementCount) else {
      throw failure(
        .malformed(field: "extents", detail: "more elements than 63 bits count"), at: 4)
    }
    let available = source.count - start
    guard size <= available else {
      throw failure(.truncated(needed: size, available: available), at: start)
    }
    guard size == available else {
      throw failure(
        .inconsistent(
          "\(available) bytes of elements, but \(shape) of \(type.name) takes \(size)"), at: start)
    }
    let width = type.bitWidth / 8
    if width == 1 {
      return Tensor(
        dataType: type, shape: shape,
        storage: .stored(StoredElements(source: source, pieces: [start..<source.count])))
    }
    var bytes = try source.bytes(start..<source.count)
    for first in stride(from: 0, to: bytes.count, by: width) {
      bytes[first..<(first + width)].reverse()
    }
    let elements = StoredElements(
      source: ByteSource(bytes, path: source.path), pieces: [0..<bytes.count])
    return Tensor(dataType: type, shape: shape, storage: .stored(elements))
  }
}
