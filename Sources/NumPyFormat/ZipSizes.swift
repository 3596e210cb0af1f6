internal import ByteStore

/// The three numbers of a directory record that zip64 may move to an extra field.
struct ZipSizes {
  var packed: Int
  var unpacked: Int
  var headerOffset: Int

  /// Reads the record at `record`; nil when a number does not fit or the extra field lacks it.
  ///
  /// Extra field 1 (zip64) holds, in this order and only where the record says 0xffffffff:
  /// unpacked size, packed size, offset (8 bytes each).
  init?(_ window: inout ByteWindow, record: Int, extra: Range<Int>) throws {
    var values = [
      UInt64(try window.load(UInt32.self, at: record + 24)),
      UInt64(try window.load(UInt32.self, at: record + 20)),
      UInt64(try window.load(UInt32.self, at: record + 42)),
    ]
    if values.contains(0xffff_ffff), let field = try Self.field(1, &window, extra) {
      var offset = field.lowerBound
      for index in 0..<3 where values[index] == 0xffff_ffff {
        guard offset <= field.upperBound - 8 else { return nil }
        values[index] = try window.load(UInt64.self, at: offset)
        offset += 8
      }
    }
    guard let unpacked = Int(exactly: values[0]), let packed = Int(exactly: values[1]),
      let headerOffset = Int(exactly: values[2])
    else { return nil }
    self.packed = packed
    self.unpacked = unpacked
    self.headerOffset = headerOffset
  }

  /// The content of an extra field: number (2 bytes), length (2), content.
  private static func field(
    _ number: UInt16, _ window: inout ByteWindow, _ extra: Range<Int>
  ) throws -> Range<Int>? {
    var offset = extra.lowerBound
    while offset <= extra.upperBound - 4 {
      let start = offset + 4
      let length = Int(try window.load(UInt16.self, at: offset + 2))
      guard length <= extra.upperBound - start else { return nil }
      if try window.load(UInt16.self, at: offset) == number { return start..<(start + length) }
      offset = start + length
    }
    return nil
  }
}
