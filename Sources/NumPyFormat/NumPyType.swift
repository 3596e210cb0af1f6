internal import ModelIR

/// A NumPy type as the `descr` of a header writes it: byte order, kind, bytes.
///
/// Source: numpy/lib/_format_impl.py and numpy.dtype's array-protocol strings.
struct NumPyType: Equatable {
  /// The type of the elements.
  var dataType: DataType
  /// Whether the bytes of each element (of each half of a complex one) are reversed in the file.
  var isBigEndian: Bool

  /// Why a `descr` gives no type.
  enum Refusal: Error, Equatable {
    case malformed(String)
    case unsupported(String)
  }

  /// Reads a descr such as `<f4`.
  ///
  /// NumPy has no bfloat16 and no 8-bit floats: what the ml_dtypes package saves of them carries
  /// the type of raw bytes (`<V2`, `<V1`) and means nothing by itself. `rawType` is what the caller
  /// says such bytes are.
  init(_ descr: String, rawType: DataType?) throws(Refusal) {
    guard let order = descr.utf8.first, let kind = descr.utf8.dropFirst().first else {
      throw .malformed("type '\(descr)' is too short")
    }
    let (orders, swapped) = (Array("<>|".utf8), UInt8(ascii: ">"))
    guard orders.contains(order) else { throw .malformed("type '\(descr)' has no byte order") }
    if kind == UInt8(ascii: "O") {
      throw .unsupported(
        "arrays of Python objects (type '\(descr)') are pickles, which can run code; save numbers")
    }
    guard Array("fiubcV".utf8).contains(kind) else { throw Self.refusal(descr) }
    guard let size = Int(descr.dropFirst(2)), !descr.dropFirst(2).contains("+") else {
      throw .malformed("type '\(descr)' has no size in bytes")
    }
    if kind == UInt8(ascii: "V") {
      guard let rawType, rawType.bitWidth == 8 * size else { throw Self.rawRefusal(descr) }
      self.init(dataType: rawType, isBigEndian: size > 1 && order == swapped)
      return
    }
    guard let type = Self.types[String(descr.dropFirst())] else { throw Self.refusal(descr) }
    guard order != UInt8(ascii: "|") || size == 1 else {
      throw .malformed("type '\(descr)' does not tell its byte order")
    }
    self.init(dataType: type, isBigEndian: size > 1 && order == swapped)
  }

  private init(dataType: DataType, isBigEndian: Bool) {
    self.dataType = dataType
    self.isBigEndian = isBigEndian
  }

  private static func refusal(_ descr: String) -> Refusal {
    .unsupported(
      "arrays of type '\(descr)'; whole numbers, bools, float16, 32, 64 and complex can be read")
  }

  private static func rawRefusal(_ descr: String) -> Refusal {
    .unsupported(
      "arrays of raw bytes (type '\(descr)'), as ml_dtypes saves bfloat16 and 8-bit floats; say "
        + "what they are, or save them with .astype(numpy.float32)")
  }

  /// The descr that this project writes for a type; nil where NumPy has none.
  static func descr(of type: DataType) -> String? {
    guard let kind = types.first(where: { $0.value == type })?.key else { return nil }
    return (type.bitWidth == 8 ? "|" : "<") + kind
  }

  private static let types: [String: DataType] = [
    "f2": .float16, "f4": .float32, "f8": .float64,
    "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64,
    "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64,
    "b1": .bool, "c8": .complex64, "c16": .complex128,
  ]
}
