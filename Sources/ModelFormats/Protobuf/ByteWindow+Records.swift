public import ByteStore

/// The walk over the records of one message:
///
///     var offset = message.lowerBound
///     while offset < message.upperBound {
///       let record = try window.record(at: offset, end: message.upperBound)
///       offset = record.range.upperBound
///     }
extension ByteWindow {
  /// The record that begins at `offset` of a message that ends at `end`.
  ///
  /// Errors: `FormatError` with the byte offset when the tag, its type or the length is wrong, or
  /// when the record does not end inside the message; groups are at most `depth` deep.
  public mutating func record(
    at offset: Int, end: Int, depth: Int = 100
  ) throws -> WireRecord {
    let tag = try tag(at: offset, end: end)
    guard tag.wireType != .endGroup else {
      throw malformed("field tag", "a group ends that did not begin", at: offset)
    }
    let start = tag.bodyStart
    if tag.wireType == .startGroup {
      let groupEnd = try skipGroup(tag.number, from: start, end: end, depth: depth)
      return WireRecord(
        number: tag.number, wireType: .startGroup, range: offset..<groupEnd, body: start..<groupEnd)
    }
    let body = try body(of: tag.wireType, from: start, end: end)
    return WireRecord(
      number: tag.number, wireType: tag.wireType, range: offset..<body.upperBound, body: body)
  }

  private mutating func tag(
    at offset: Int, end: Int
  ) throws -> (number: Int, wireType: WireType, bodyStart: Int) {
    guard let (value, length) = try varint(at: offset, limit: end) else {
      throw badVarint("field tag", at: offset, end: end)
    }
    guard value <= UInt64(UInt32.max), value >> 3 != 0 else {
      throw malformed("field tag", "\(value >> 3) is no field number", at: offset)
    }
    guard let wireType = WireType(rawValue: UInt8(value & 7)) else {
      throw malformed("field tag", "\(value & 7) is no wire type", at: offset)
    }
    return (Int(value >> 3), wireType, offset + length)
  }

  private mutating func body(
    of wireType: WireType, from start: Int, end: Int
  ) throws -> Range<Int> {
    var start = start
    let length: Int
    switch wireType {
    case .varint:
      guard let found = try varint(at: start, limit: end) else {
        throw badVarint("number", at: start, end: end)
      }
      length = found.length
    case .fixed32: length = 4
    case .fixed64: length = 8
    case .lengthDelimited:
      guard let found = try varint(at: start, limit: end) else {
        throw badVarint("length", at: start, end: end)
      }
      guard found.value <= UInt64(Int.max) else {
        throw malformed("length", "\(found.value) bytes exceed every file", at: start)
      }
      length = Int(found.value)
      let lengthStart = start
      start += found.length
      guard length <= end - start else {
        throw tooLong(length, from: start, end: end, at: lengthStart)
      }
    case .startGroup, .endGroup: length = 0
    }
    guard length <= end - start else { throw tooLong(length, from: start, end: end, at: start) }
    return start..<(start + length)
  }

  /// The end of a group whose body begins at `start`.
  private mutating func skipGroup(
    _ number: Int, from start: Int, end: Int, depth: Int
  ) throws -> Int {
    var open = [number]
    var offset = start
    while !open.isEmpty {
      guard offset < end else {
        throw malformed("group", "group \(number) does not end inside its message", at: start)
      }
      let inner = try tag(at: offset, end: end)
      switch inner.wireType {
      case .startGroup:
        guard open.count < depth else {
          throw FormatError(
            .limitExceeded(.depth, found: open.count + 1, allowed: depth), at: place(offset))
        }
        open.append(inner.number)
        offset = inner.bodyStart
      case .endGroup:
        guard open.last == inner.number else {
          throw malformed("group", "the end of another group", at: offset)
        }
        open.removeLast()
        offset = inner.bodyStart
      default:
        offset = try body(of: inner.wireType, from: inner.bodyStart, end: end).upperBound
      }
    }
    return offset
  }

  // MARK: Errors

  /// A byte of the source as a location.
  func place(_ offset: Int) -> InputLocation {
    InputLocation(file: source.path, position: .byte(offset))
  }

  func malformed(_ field: String, _ detail: String, at offset: Int) -> FormatError {
    FormatError(.malformed(field: field, detail: detail), at: place(offset))
  }

  private func tooLong(_ length: Int, from start: Int, end: Int, at offset: Int) -> FormatError {
    if end == source.count {
      return FormatError(.truncated(needed: length, available: end - start), at: place(offset))
    }
    return malformed(
      "length", "\(length) bytes are announced, its message has \(end - start) left", at: offset)
  }

  private func badVarint(_ field: String, at offset: Int, end: Int) -> FormatError {
    if end - offset < 10, end == source.count {
      return FormatError(
        .truncated(needed: end - offset + 1, available: end - offset),
        at: place(offset))
    }
    return malformed(field, "the number does not end within ten bytes and its message", at: offset)
  }
}
