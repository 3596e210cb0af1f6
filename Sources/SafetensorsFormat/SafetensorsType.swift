public import ModelIR

/// The element types of safetensors; raw values are their names in the header.
///
/// In the order of the reference implementation, which writes wider types first: later cases here
/// come earlier in a file.
public enum SafetensorsType: String, Sendable, Hashable, CaseIterable {
  case bool = "BOOL"
  case float4E2M1 = "F4"
  case float6E2M3 = "F6_E2M3"
  case float6E3M2 = "F6_E3M2"
  case uint8 = "U8"
  case int8 = "I8"
  case float8E5M2 = "F8_E5M2"
  case float8E4M3 = "F8_E4M3"
  case float8E8M0 = "F8_E8M0"
  case float8E4M3FNUZ = "F8_E4M3FNUZ"
  case float8E5M2FNUZ = "F8_E5M2FNUZ"
  case int16 = "I16"
  case uint16 = "U16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int32 = "I32"
  case uint32 = "U32"
  case float32 = "F32"
  case complex64 = "C64"
  case float64 = "F64"
  case int64 = "I64"
  case uint64 = "U64"

  /// The type of a tensor of the IR; nil for what it lacks (the two 6-bit floats).
  public var dataType: DataType? {
    switch self {
    case .bool: .bool
    case .float4E2M1: .float4E2M1
    case .float6E2M3, .float6E3M2: nil
    case .uint8: .uint8
    case .int8: .int8
    case .float8E5M2: .float8E5M2
    case .float8E4M3: .float8E4M3FN
    case .float8E8M0: .float8E8M0
    case .float8E4M3FNUZ: .float8E4M3FNUZ
    case .float8E5M2FNUZ: .float8E5M2FNUZ
    case .int16: .int16
    case .uint16: .uint16
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .int32: .int32
    case .uint32: .uint32
    case .float32: .float32
    case .complex64: .complex64
    case .float64: .float64
    case .int64: .int64
    case .uint64: .uint64
    }
  }

  /// The type that holds a tensor's elements as they are; nil for strings, complex128 and integers
  /// of 4 and 2 bits.
  public init?(_ type: DataType) {
    guard let found = Self.allCases.first(where: { $0.dataType == type }) else { return nil }
    self = found
  }

  /// Bits of one element.
  public var bitWidth: Int { dataType?.bitWidth ?? 6 }

  /// Position in the order of writing: smaller comes first.
  var rank: Int { Self.allCases.count - (Self.allCases.firstIndex(of: self) ?? 0) }
}
