internal import ByteStore

/// One pass of the scanner over one source.
struct WirePass: ~Copyable {
  /// A message that has begun and not ended.
  private struct Frame {
    var message: Int
    var end: Int
    /// Where its length stands in the skeleton; -1 for the outermost.
    var lengthPosition: Int
    /// One bit for each field: a singular message that was seen.
    var seen: UInt64 = 0
  }

  /// Lengths are written as varints of this many bytes and filled in when the message ends.
  private static let lengthBytes = 5
  private static let mostDiagnostics = 20

  private let schema: ProtobufSchema
  private let limits: ReadLimits
  private var window: ByteWindow
  private var frames: [Frame]
  private var skeleton: [UInt8] = []
  private var payloads: [PayloadRun] = []
  private var diagnostics: [Diagnostic] = []
  private var records = 0
  /// The field whose run the last record was part of; -1 for none.
  private var openRun = -1

  init(
    _ source: ByteSource, schema: ProtobufSchema, root: Int, limits: ReadLimits
  ) throws {
    self.schema = schema
    self.limits = limits
    window = try ByteWindow(source)
    frames = [Frame(message: root, end: source.count, lengthPosition: -1)]
  }

  mutating func run() throws -> WireScan {
    var offset = 0
    while let frame = frames.last {
      if offset >= frame.end {
        close(frame)
        continue
      }
      let record = try window.record(at: offset, end: frame.end, depth: limits.depth)
      records += 1
      guard records <= limits.records else {
        throw exceeded(.records, records, limits.records, offset)
      }
      guard skeleton.count <= limits.structureBytes else {
        throw exceeded(.structureBytes, skeleton.count, limits.structureBytes, offset)
      }
      offset = try take(record, in: frame)
    }
    return WireScan(skeleton: skeleton, payloads: payloads, diagnostics: diagnostics)
  }

  /// Emits one record and returns where to go on: inside a message, or behind the record.
  private mutating func take(_ record: WireRecord, in frame: Frame) throws -> Int {
    let next = record.range.upperBound
    guard let position = schema.messages[frame.message].position(of: record.number) else {
      openRun = -1
      return next
    }
    let field = schema.messages[frame.message].fields[position]
    switch field.content {
    case .message:
      try expect(.lengthDelimited, record, field)
      try open(record, field, bit: position)
      return record.body.lowerBound
    case .payloadBytes:
      try expect(.lengthDelimited, record, field)
      try addPayload(record, field, position, nil)
      return next
    case .payload(let scalar):
      try checkNumbers(record, field, scalar)
      try addPayload(record, field, position, scalar)
      return next
    case .string:
      try expect(.lengthDelimited, record, field)
      try copyName(record, field)
    case .bytes:
      try expect(.lengthDelimited, record, field)
      try copyBytes(record)
    case .text:
      try expect(.lengthDelimited, record, field)
      try checkText(record, field)
    case .number(let scalar):
      try checkNumbers(record, field, scalar)
      try copyNumbers(record, scalar)
    }
    openRun = -1
    return next
  }

  // MARK: Messages

  private mutating func open(
    _ record: WireRecord, _ field: ProtobufSchema.Field, bit: Int
  ) throws {
    openRun = -1
    let mask = UInt64(1) << UInt64(bit)
    if !field.isRepeated {
      guard frames[frames.count - 1].seen & mask == 0 else {
        throw window.malformed(
          field.name, "the message is given twice, once is allowed", at: record.range.lowerBound)
      }
      frames[frames.count - 1].seen |= mask
    }
    guard frames.count < limits.depth else {
      throw exceeded(.depth, frames.count + 1, limits.depth, record.range.lowerBound)
    }
    appendTag(record.number, .lengthDelimited)
    frames.append(
      Frame(
        message: field.message, end: record.body.upperBound, lengthPosition: skeleton.count))
    skeleton.append(contentsOf: repeatElement(0, count: Self.lengthBytes))
  }

  private mutating func close(_ frame: Frame) {
    openRun = -1
    frames.removeLast()
    guard frame.lengthPosition >= 0 else { return }
    var length = skeleton.count - frame.lengthPosition - Self.lengthBytes
    for index in 0..<Self.lengthBytes {
      let more: UInt8 = index + 1 < Self.lengthBytes ? 0x80 : 0
      skeleton[frame.lengthPosition + index] = UInt8(length & 0x7f) | more
      length >>= 7
    }
  }

  // MARK: Payloads

  private mutating func addPayload(
    _ record: WireRecord, _ field: ProtobufSchema.Field, _ position: Int,
    _ scalar: ProtobufSchema.Scalar?
  ) throws {
    if field.isRepeated, openRun == position, let last = payloads.last {
      payloads[payloads.count - 1] = PayloadRun(
        range: last.range.lowerBound..<record.range.upperBound, body: nil)
      return
    }
    openRun = position
    let index = UInt64(payloads.count)
    payloads.append(PayloadRun(range: record.range, body: record.body))
    switch scalar {
    case nil:
      appendTag(record.number, .lengthDelimited)
      skeleton.append(4)
      appendFixed(index, bytes: 4)
    case .varint:
      appendTag(record.number, .varint)
      appendVarint(index)
    case .fixed32:
      appendTag(record.number, .fixed32)
      appendFixed(index, bytes: 4)
    case .fixed64:
      appendTag(record.number, .fixed64)
      appendFixed(index, bytes: 8)
    }
  }

  // MARK: Small fields

  private mutating func copyName(_ record: WireRecord, _ field: ProtobufSchema.Field) throws {
    appendTag(record.number, .lengthDelimited)
    appendVarint(UInt64(record.body.count))
    let start = skeleton.count
    try checkRoom(record.body.count, record.range.lowerBound)
    var isASCII = true
    for offset in record.body {
      let byte = try window.byte(at: offset)
      guard byte != 0 else { throw window.malformed(field.name, "it contains a NUL", at: offset) }
      isASCII = isASCII && byte < 0x80
      skeleton.append(byte)
    }
    guard isASCII || String(validating: skeleton[start...], as: UTF8.self) != nil else {
      throw window.malformed(field.name, "it is not valid UTF-8", at: record.body.lowerBound)
    }
  }

  private mutating func copyBytes(_ record: WireRecord) throws {
    try checkRoom(record.body.count, record.range.lowerBound)
    appendTag(record.number, .lengthDelimited)
    appendVarint(UInt64(record.body.count))
    for offset in record.body { skeleton.append(try window.byte(at: offset)) }
  }

  private mutating func checkText(_ record: WireRecord, _ field: ProtobufSchema.Field) throws {
    guard diagnostics.count < Self.mostDiagnostics, try window.string(record.body) == nil else {
      return
    }
    diagnostics.append(
      Diagnostic(
        .warning, "\(field.name) is not valid UTF-8; it is kept as it stands",
        at: window.place(record.body.lowerBound)))
  }

  /// Numbers stand alone, or packed where there may be several.
  private func checkNumbers(
    _ record: WireRecord, _ field: ProtobufSchema.Field, _ scalar: ProtobufSchema.Scalar
  ) throws {
    if field.isRepeated, record.wireType == .lengthDelimited {
      let width = scalar == .fixed32 ? 4 : scalar == .fixed64 ? 8 : 1
      guard record.body.count % width == 0 else {
        throw window.malformed(
          field.name, "\(record.body.count) bytes are no whole number of \(width)-byte elements",
          at: record.range.lowerBound)
      }
      return
    }
    switch scalar {
    case .varint: try expect(.varint, record, field)
    case .fixed32: try expect(.fixed32, record, field)
    case .fixed64: try expect(.fixed64, record, field)
    }
  }

  private mutating func copyNumbers(
    _ record: WireRecord, _ scalar: ProtobufSchema.Scalar
  ) throws {
    var offset = record.body.lowerBound
    while offset < record.body.upperBound {
      try checkRoom(10, record.range.lowerBound)
      switch scalar {
      case .varint:
        guard let (value, length) = try window.varint(at: offset, limit: record.body.upperBound)
        else {
          throw window.malformed("number", "it does not end within its field", at: offset)
        }
        appendTag(record.number, .varint)
        appendVarint(value)
        offset += length
      case .fixed32:
        appendTag(record.number, .fixed32)
        appendFixed(UInt64(try window.load(UInt32.self, at: offset)), bytes: 4)
        offset += 4
      case .fixed64:
        appendTag(record.number, .fixed64)
        appendFixed(try window.load(UInt64.self, at: offset), bytes: 8)
        offset += 8
      }
    }
  }

  // MARK: Emitting

  private mutating func appendTag(_ number: Int, _ wireType: WireType) {
    appendVarint(UInt64(number) << 3 | UInt64(wireType.rawValue))
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      skeleton.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    skeleton.append(UInt8(rest))
  }

  private mutating func appendFixed(_ value: UInt64, bytes: Int) {
    for index in 0..<bytes {
      skeleton.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
    }
  }

  // MARK: Checks

  private func expect(
    _ wireType: WireType, _ record: WireRecord, _ field: ProtobufSchema.Field
  ) throws {
    guard record.wireType == wireType else {
      throw window.malformed(
        field.name, "wire type \(record.wireType) where \(wireType) is due",
        at: record.range.lowerBound)
    }
  }

  private func checkRoom(_ count: Int, _ offset: Int) throws {
    guard count <= limits.structureBytes - skeleton.count else {
      throw exceeded(.structureBytes, skeleton.count + count, limits.structureBytes, offset)
    }
  }

  private func exceeded(
    _ limit: ReadLimits.Limit, _ found: Int, _ allowed: Int, _ offset: Int
  ) -> FormatError {
    FormatError(.limitExceeded(limit, found: found, allowed: allowed), at: window.place(offset))
  }
}
