public import ByteStore
internal import ModelFormats
public import ModelIR

/// Writes .npy files, byte for byte as `numpy.save` does for row-major arrays.
///
/// NumPy has no bfloat16 and no 4-bit and 2-bit integers: they are written as float32 and int8 or
/// uint8, which hold every one of their numbers. 8-bit and 4-bit floats and strings are refused.
public enum NPYWriter {
  /// The type in which a tensor's elements are written; nil for types that are refused.
  public static func writtenType(of type: DataType) -> DataType? {
    switch type {
    case .bfloat16: .float32
    case .int4, .int2: .int8
    case .uint4, .uint2: .uint8
    default: NumPyType.descr(of: type) == nil ? nil : type
    }
  }

  /// Writes one array.
  ///
  /// Errors: `FormatError.unrepresentable`, `TensorError`, `FileAccessError`.
  public static func write(_ tensor: Tensor, to file: AtomicFile) throws {
    let array = try WrittenArray(tensor, file: file.path)
    try file.write(array.header)
    try array.forEachPiece { try file.write($0) }
  }
}
