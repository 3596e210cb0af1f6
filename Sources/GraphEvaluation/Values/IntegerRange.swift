internal import ModelIR

/// The numbers a whole-number type holds.
enum IntegerRange {
  /// `value` modulo 2ⁿ in the type's range; bool becomes 0 or 1.
  @inline(__always)
  static func wrapped(_ value: Int64, to type: DataType) -> Int64 {
    switch type {
    case .bool: value == 0 ? 0 : 1
    case .int8: Int64(Int8(truncatingIfNeeded: value))
    case .int16: Int64(Int16(truncatingIfNeeded: value))
    case .int32: Int64(Int32(truncatingIfNeeded: value))
    case .uint8: Int64(UInt8(truncatingIfNeeded: value))
    case .uint16: Int64(UInt16(truncatingIfNeeded: value))
    case .uint32: Int64(UInt32(truncatingIfNeeded: value))
    case .int4: (value & 15 ^ 8) - 8
    case .uint4: value & 15
    case .int2: (value & 3 ^ 2) - 2
    case .uint2: value & 3
    default: value
    }
  }

  /// Smallest and largest number of a type of at most 32 bits; those of Int64 for wider ones.
  static func bounds(of type: DataType) -> ClosedRange<Int64> {
    switch type {
    case .bool: 0...1
    case .int8: -128...127
    case .int16: -32768...32767
    case .int32: Int64(Int32.min)...Int64(Int32.max)
    case .uint8: 0...255
    case .uint16: 0...65535
    case .uint32: 0...Int64(UInt32.max)
    case .int4: -8...7
    case .uint4: 0...15
    case .int2: -2...1
    case .uint2: 0...3
    default: Int64.min...Int64.max
    }
  }
}
