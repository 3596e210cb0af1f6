/// The type of a tensor's elements; raw values are ONNX's numbers (TensorProto.DataType).
public enum DataType: Int32, Sendable, Hashable, CaseIterable {
  case float32 = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case string = 8
  case bool = 9
  case float16 = 10
  case float64 = 11
  case uint32 = 12
  case uint64 = 13
  case complex64 = 14
  case complex128 = 15
  case bfloat16 = 16
  case float8E4M3FN = 17
  case float8E4M3FNUZ = 18
  case float8E5M2 = 19
  case float8E5M2FNUZ = 20
  case uint4 = 21
  case int4 = 22
  case float4E2M1 = 23
  case float8E8M0 = 24
  case uint2 = 25
  case int2 = 26

  /// Bits of one element; strings have no fixed size and give 0.
  public var bitWidth: Int {
    switch self {
    case .string: 0
    case .uint2, .int2: 2
    case .uint4, .int4, .float4E2M1: 4
    case .uint8, .int8, .bool, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ,
      .float8E8M0:
      8
    case .uint16, .int16, .float16, .bfloat16: 16
    case .float32, .int32, .uint32: 32
    case .float64, .int64, .uint64, .complex64: 64
    case .complex128: 128
    }
  }

  /// Bytes of `count` elements as ONNX's raw_data stores them (sub-byte types packed, low bits
  /// first); nil when the number does not fit or the type has no fixed size.
  public func byteCount(elements count: Int) -> Int? {
    guard self != .string, count >= 0 else { return nil }
    let (bits, overflow) = count.multipliedReportingOverflow(by: bitWidth)
    return overflow || bits > Int.max - 7 ? nil : (bits + 7) / 8
  }

  /// Float, Double, half and bfloat16: the types a fold may write.
  public var isFoldableFloat: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16: true
    default: false
    }
  }

  /// Unit roundoff u of the four float types: 2⁻²⁴, 2⁻⁵³, 2⁻¹¹, 2⁻⁸; nil for others.
  public var unitRoundoff: Double? {
    switch self {
    case .float32: 0x1p-24
    case .float64: 0x1p-53
    case .float16: 0x1p-11
    case .bfloat16: 0x1p-8
    default: nil
    }
  }

  /// The type's name as users know it: "float32", "int4", "float8e4m3fn".
  public var name: String {
    switch self {
    case .float8E4M3FN: "float8e4m3fn"
    case .float8E4M3FNUZ: "float8e4m3fnuz"
    case .float8E5M2: "float8e5m2"
    case .float8E5M2FNUZ: "float8e5m2fnuz"
    case .float8E8M0: "float8e8m0"
    case .float4E2M1: "float4e2m1"
    default: "\(self)"
    }
  }
}
