internal import ByteStore
internal import ModelFormats

/// Recognises a ModelProto by its first fields.
enum ONNXProbe {
  /// Numbers and wire types of ModelProto's fields.
  private static let fields: [UInt64: UInt64] = [
    1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2,
  ]

  static func confidence(_ candidate: ProbeCandidate) -> ProbeConfidence {
    guard var window = try? ByteWindow(ByteSource(candidate.head)) else { return .none }
    let end = candidate.head.count
    var offset = 0
    var known = 0
    var hasVersion = false
    while offset < end, known < 3 {
      guard let tag = try? window.varint(at: offset, limit: end),
        fields[tag.value >> 3] == tag.value & 7
      else { break }
      offset += tag.length
      guard let number = try? window.varint(at: offset, limit: end) else { break }
      offset += number.length
      if tag.value & 7 == 2 {
        // A length beyond the file is another format's, or a broken file's.
        guard number.value <= UInt64(max(0, candidate.size - offset)) else { break }
        offset += Int(number.value)
      } else if tag.value >> 3 == 1 {
        hasVersion = (1...99).contains(number.value)
      }
      known += 1
    }
    let reachedEnd = offset >= end
    if hasVersion, known >= 2 || reachedEnd { return .magic }
    return known >= 2 || (known == 1 && reachedEnd) ? .plausibleContent : .none
  }
}
