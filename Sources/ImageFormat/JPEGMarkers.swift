internal import ModelFormats

/// Walks the markers of a JPEG file up to its first scan, so that errors have a place and a small
/// file cannot ask for much.
///
///     FF D8, then segments: FF, marker, length (2, big-endian, itself included), data
///     SOFn (C0 to CF but C4, C8, CC): precision, height (2), width (2), components
///     SOS (DA): the entropy-coded data begins
///
/// Source: ITU-T T.81, B.
enum JPEGMarkers {
  /// Checks lengths and size.
  static func check(_ bytes: [UInt8]) throws(ImageProblem) {
    var offset = 2
    var hasFrame = false
    while true {
      // Any number of FF may stand before a marker.
      var place = offset
      while place < bytes.count, bytes[place] == 0xff { place += 1 }
      guard bytes.count - place >= 3 else {
        throw ImageProblem(.truncated(needed: 4, available: bytes.count - offset), at: offset)
      }
      guard place > offset else {
        throw ImageProblem(
          .malformed(field: "marker", detail: "FF is expected, there is \(bytes[place])"),
          at: offset)
      }
      let marker = bytes[place]
      guard marker != 0xd9, marker != 0 else {
        throw ImageProblem(.missing(field: "the image's data"), at: offset)
      }
      if marker == 1 || (0xd0...0xd7).contains(marker) {
        offset = place + 1
        continue
      }
      let length = Int(bytes[place + 1]) << 8 | Int(bytes[place + 2])
      guard length >= 2 else {
        throw ImageProblem(.malformed(field: "length", detail: "\(length)"), at: place + 1)
      }
      guard length <= bytes.count - place - 1 else {
        throw ImageProblem(
          .truncated(needed: length, available: bytes.count - place - 1), at: place + 1)
      }
      if (0xc0...0xcf).contains(marker), ![0xc4, 0xc8, 0xcc].contains(marker) {
        guard length >= 8 else {
          throw ImageProblem(.malformed(field: "frame", detail: "\(length) bytes"), at: place)
        }
        try ImageProblem.check(
          width: Int(bytes[place + 6]) << 8 | Int(bytes[place + 7]),
          height: Int(bytes[place + 4]) << 8 | Int(bytes[place + 5]), at: place + 4)
        hasFrame = true
      }
      if marker == 0xda {
        guard hasFrame else { throw ImageProblem(.missing(field: "the frame"), at: offset) }
        return
      }
      offset = place + 1 + length
    }
  }
}
