internal import CZlib

/// The CRC-32 of zip archives and PNG files, made piece by piece.
public struct Checksum: Sendable {
  /// The checksum of everything so far.
  public private(set) var value: UInt32 = 0

  /// Nothing was added yet.
  public init() {}

  /// Takes the next bytes.
  public mutating func add(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { buffer in
      let start = unsafe buffer.bindMemory(to: UInt8.self).baseAddress
      // A null pointer would mean: start again.
      guard unsafe start != nil else { return }
      value = unsafe UInt32(truncatingIfNeeded: crc32_z(UInt(value), start, buffer.count))
    }
  }

  /// Takes the next bytes.
  public mutating func add(_ bytes: [UInt8]) { unsafe add(bytes.span.bytes) }

  /// The checksum of a part of a source.
  public static func of(_ source: ByteSource, _ range: Range<Int>) throws -> UInt32 {
    var sum = Checksum()
    try source.forEachPiece(range) { piece, _ in sum.add(piece) }
    return sum.value
  }
}
