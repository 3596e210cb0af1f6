internal import ModelFormats
internal import ModelIR

/// A tensor on its way out: in a type that NumPy has, with its header.
struct WrittenArray {
  var header: [UInt8]
  /// Bytes of header and elements.
  var count: Int
  private let tensor: Tensor

  /// Widens what NumPy does not have; `file` is for messages.
  init(_ tensor: Tensor, file: String) throws {
    let refusal = FormatError(
      .unrepresentable(
        "NumPy has no type for \(tensor.dataType.name); cast it to float32 in the model first"),
      at: InputLocation(file: file))
    guard let type = NPYWriter.writtenType(of: tensor.dataType),
      let descr = NumPyType.descr(of: type)
    else { throw refusal }
    let widened = try Self.widened(tensor, to: type)
    guard let widened, let size = widened.byteCount else { throw refusal }
    self.tensor = widened
    header = NPYHeader.bytes(descr: descr, shape: widened.shape)
    count = header.count + size
  }

  func forEachPiece(_ body: (RawSpan) throws -> Void) throws {
    try tensor.forEachPiece { piece, _ in try body(piece) }
  }

  private static func widened(_ tensor: Tensor, to type: DataType) throws -> Tensor? {
    switch type {
    case tensor.dataType: tensor
    case .float32: Tensor(try tensor.floats(), shape: tensor.shape)
    default:
      Tensor(
        dataType: type, shape: tensor.shape,
        bytes: try tensor.int64s().map { UInt8(truncatingIfNeeded: $0) })
    }
  }
}
