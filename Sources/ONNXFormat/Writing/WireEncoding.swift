/// Protobuf's framing of length-delimited records.
enum WireEncoding {
  /// The base-128 form of a number, shortest first.
  static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
    return bytes
  }

  /// Tag and length of a length-delimited record.
  static func frame(field: Int, length: Int) -> [UInt8] {
    varint(UInt64(field) << 3 | 2) + varint(UInt64(length))
  }

  /// A whole length-delimited record.
  static func record(field: Int, _ content: [UInt8]) -> [UInt8] {
    frame(field: field, length: content.count) + content
  }
}
