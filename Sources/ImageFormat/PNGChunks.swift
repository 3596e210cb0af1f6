internal import ByteStore
internal import ModelFormats

/// Walks the chunks of a PNG file before anything is unpacked, so that errors have a place and a
/// small file cannot ask for much.
///
///     0   8  89 50 4E 47 0D 0A 1A 0A
///     …      chunks: length (4, big-endian), type (4), data, CRC-32 of type and data (4)
///
/// The first is IHDR (width, height, depth, colour type …), the last IEND.
/// Source: W3C, Portable Network Graphics Specification, 5.
enum PNGChunks {
  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// Checks lengths, checksums, order and size.
  static func check(_ bytes: [UInt8]) throws(ImageProblem) {
    var offset = signature.count
    while true {
      guard bytes.count - offset >= 12 else {
        throw ImageProblem(.truncated(needed: 12, available: bytes.count - offset), at: offset)
      }
      let length = number(bytes, offset)
      guard length <= bytes.count - offset - 12 else {
        throw ImageProblem(
          .truncated(needed: length, available: bytes.count - offset - 12), at: offset)
      }
      let type = bytes[(offset + 4)..<(offset + 8)]
      let isFirst = offset == signature.count
      guard type.elementsEqual("IHDR".utf8) == isFirst else {
        throw ImageProblem(
          .malformed(field: "chunk", detail: "IHDR is the first one, and only that"), at: offset)
      }
      var checksum = Checksum()
      checksum.add(Array(bytes[(offset + 4)..<(offset + 8 + length)]))
      guard Int(checksum.value) == number(bytes, offset + 8 + length) else {
        throw ImageProblem(
          .inconsistent("the chunk's checksum is another than that of its bytes"), at: offset)
      }
      if isFirst {
        guard length == 13 else {
          throw ImageProblem(
            .malformed(field: "IHDR", detail: "\(length) bytes instead of 13"), at: offset)
        }
        try ImageProblem.check(
          width: number(bytes, offset + 8), height: number(bytes, offset + 12), at: offset + 8)
      }
      offset += 12 + length
      if type.elementsEqual("IEND".utf8) { return }
    }
  }

  private static func number(_ bytes: [UInt8], _ offset: Int) -> Int {
    bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
  }
}
