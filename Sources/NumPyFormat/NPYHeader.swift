internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// The beginning of a .npy file.
///
/// File format:
///
///     0   6  magic, \x93NUMPY
///     6   1  major version: 1, 2 or 3
///     7   1  minor version: 0
///     8   2  (version 1) or 4 (2, 3) bytes: length of the header, little-endian
///     …      the header, a Python dict literal, blanks and a line feed
///     …      the elements, to the end
///
/// Version 3 only differs in taking UTF-8, which plain numbers do not need.
/// Source: numpy/lib/_format_impl.py.
struct NPYHeader {
  var literal: HeaderLiteral
  /// Where the elements begin, in bytes from the start of the source.
  var dataOffset: Int

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// Far above what 64 dimensions need; NumPy's own default is 10,000.
  static let longest = 65_535

  /// Reads the header at the beginning of `range`.
  static func read(
    _ source: ByteSource, _ range: Range<Int>, place: ArrayPlace
  ) throws -> NPYHeader {
    let start = range.lowerBound
    func require(_ count: Int, from offset: Int) throws {
      let available = range.upperBound - offset
      guard count <= available else {
        throw place.error(.truncated(needed: count, available: available), at: offset)
      }
    }
    try require(8, from: start)
    var window = try ByteWindow(source, range: range, capacity: 4096)
    for (index, byte) in magic.enumerated() where try window.byte(at: start + index) != byte {
      throw place.error(.malformed(field: "magic", detail: "no NumPy array"), at: start)
    }
    let (major, minor) = (try window.byte(at: start + 6), try window.byte(at: start + 7))
    guard (1...3).contains(major), minor == 0 else {
      throw place.error(
        .unsupported("version \(major).\(minor) of the .npy format; 1.0 to 3.0 are"), at: start + 6)
    }
    let lengthSize = major == 1 ? 2 : 4
    try require(lengthSize, from: start + 8)
    let length =
      major == 1
      ? Int(try window.load(UInt16.self, at: start + 8))
      : Int(try window.load(UInt32.self, at: start + 8))
    let textStart = start + 8 + lengthSize
    guard length <= longest else {
      throw place.error(
        .malformed(field: "header", detail: "\(length) bytes long; \(longest) are allowed"),
        at: start + 8)
    }
    try require(length, from: textStart)
    let text = try source.bytes(textStart..<(textStart + length))
    do throws(HeaderLiteral.Failure) {
      return NPYHeader(literal: try HeaderLiteral(text), dataOffset: textStart + length)
    } catch {
      throw place.error(
        error.isUnsupported
          ? .unsupported(error.detail) : .malformed(field: "header", detail: error.detail),
        at: textStart + error.offset)
    }
  }

  /// The header that NumPy writes for such an array, byte for byte (version 1.0, row-major).
  static func bytes(descr: String, shape: TensorShape) -> [UInt8] {
    let extents = shape.dimensions.map(String.init)
    let tuple = extents.count == 1 ? "(\(extents[0]),)" : "(\(extents.joined(separator: ", ")))"
    var text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': \(tuple), }"
    // Room to let the first extent grow in place.
    if let first = extents.first { text += String(repeating: " ", count: 21 - first.count) }
    // Magic, version and length take 10 bytes; the line feed one; elements begin at 64 · n.
    let unpadded = 10 + text.utf8.count + 1
    text += String(repeating: " ", count: 64 - unpadded % 64) + "\n"
    let length = text.utf8.count
    return magic + [
      1, 0, UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8),
    ]
      + Array(text.utf8)
  }
}
