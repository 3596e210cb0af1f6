/// A member of an archive being written: its two headers.
///
/// Layouts: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to
/// 4.3.16 (ends), 4.5.3 (zip64 field).
struct ZipRecord {
  var name: String
  var isDeflated: Bool
  /// Where the local header begins.
  var offset: Int
  /// Unpacked bytes.
  var size: Int
  var packed = 0
  var checksum: UInt32 = 0

  /// Incompressible data grows a little; beyond this the large fields are certain to do.
  private var isLarge: Bool { size > 0xf000_0000 }

  /// The header in front of the data; of the same length before and after sizes are known.
  func localHeader() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.put(0x0403_4b50 as UInt32)
    appendCommon(to: &bytes, isLarge: isLarge)
    if isLarge {
      bytes.put(20 as UInt16)
      bytes += Array(name.utf8)
      bytes.put(1 as UInt16)
      bytes.put(16 as UInt16)
      bytes.put(UInt64(size))
      bytes.put(UInt64(packed))
    } else {
      bytes.put(0 as UInt16)
      bytes += Array(name.utf8)
    }
    return bytes
  }

  /// The record of the central directory.
  func directoryRecord() -> [UInt8] {
    let hasLargeOffset = offset >= 0xffff_ffff
    var extra: [UInt8] = []
    if isLarge {
      extra.put(UInt64(size))
      extra.put(UInt64(packed))
    }
    if hasLargeOffset { extra.put(UInt64(offset)) }
    var bytes: [UInt8] = []
    bytes.put(0x0201_4b50 as UInt32)
    // Made on Unix, by version 4.5 of the specification.
    bytes.put(0x032d as UInt16)
    appendCommon(to: &bytes, isLarge: isLarge, needsLarge: isLarge || hasLargeOffset)
    bytes.put(UInt16(extra.isEmpty ? 0 : extra.count + 4))
    // No comment, disk 0, no text.
    for _ in 0..<3 { bytes.put(0 as UInt16) }
    // A regular file that its owner reads and writes.
    bytes.put(0o100_600 << 16 as UInt32)
    bytes.put(hasLargeOffset ? .max : UInt32(offset))
    bytes += Array(name.utf8)
    if !extra.isEmpty {
      bytes.put(1 as UInt16)
      bytes.put(UInt16(extra.count))
      bytes += extra
    }
    return bytes
  }

  /// From the version needed to the length of the name.
  private func appendCommon(to bytes: inout [UInt8], isLarge: Bool, needsLarge: Bool? = nil) {
    bytes.put(UInt16((needsLarge ?? isLarge) ? 45 : 20))
    // Names are UTF-8.
    bytes.put(UInt16(name.utf8.allSatisfy { $0 < 0x80 } ? 0 : 0x0800))
    bytes.put(UInt16(isDeflated ? 8 : 0))
    // Midnight, 1980-01-01.
    bytes.put(0 as UInt16)
    bytes.put(0x21 as UInt16)
    bytes.put(checksum)
    bytes.put(isLarge ? .max : UInt32(packed))
    bytes.put(isLarge ? .max : UInt32(size))
    bytes.put(UInt16(name.utf8.count))
  }

  /// The end of an archive.
  static func end(count: Int, directory: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    if count >= 0xffff || directory.lowerBound >= 0xffff_ffff || directory.count >= 0xffff_ffff {
      bytes.put(0x0606_4b50 as UInt32)
      bytes.put(44 as UInt64)
      bytes.put(0x032d as UInt16)
      bytes.put(45 as UInt16)
      bytes.put(0 as UInt64)
      bytes.put(UInt64(count))
      bytes.put(UInt64(count))
      bytes.put(UInt64(directory.count))
      bytes.put(UInt64(directory.lowerBound))
      bytes.put(0x0706_4b50 as UInt32)
      bytes.put(0 as UInt32)
      bytes.put(UInt64(directory.upperBound))
      bytes.put(1 as UInt32)
    }
    bytes.put(0x0605_4b50 as UInt32)
    bytes.put(0 as UInt32)
    let entries = UInt16(clamping: count)
    bytes.put(entries)
    bytes.put(entries)
    bytes.put(UInt32(clamping: directory.count))
    bytes.put(UInt32(clamping: directory.lowerBound))
    bytes.put(0 as UInt16)
    return bytes
  }
}

extension [UInt8] {
  /// Appends a number in little-endian order.
  fileprivate mutating func put<Number: FixedWidthInteger>(_ number: Number) {
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: number >> Number(shift)))
    }
  }
}
