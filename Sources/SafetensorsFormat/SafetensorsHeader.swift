internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// Reads the header of one file and holds it against the bytes that follow.
///
///     bytes 0 to 7      N, unsigned, little-endian; at most 100,000,000
///     bytes 8 to 8+N    a JSON object: name → {"dtype", "shape", "data_offsets": [begin, end]},
///                       and "__metadata__" → strings
///     the rest          the elements; offsets count from 8+N
///
/// In the order of their offsets the tensors must fill the rest exactly.
/// Source: safetensors' README.md and safetensors/src/tensor.rs; stricter in one point, a name may
/// not stand there twice.
struct SafetensorsHeader {
  static let longest = 100_000_000
  static let metadataKey = "__metadata__"

  private let source: ByteSource
  private let limits: ReadLimits
  private let dataStart: Int
  private(set) var entries: [SafetensorsEntry] = []
  private(set) var metadata: [(key: String, value: String)] = []
  private(set) var diagnostics: [Diagnostic] = []
  private var hasMetadata = false
  /// Names by their bytes: strings that are equal to Unicode are not the same name.
  private var names: Set<[UInt8]> = []

  init(_ source: ByteSource, limits: ReadLimits) throws {
    self.source = source
    self.limits = limits
    func failure(_ problem: FormatError.Problem, at offset: Int) -> FormatError {
      FormatError(problem, at: InputLocation(file: source.path, position: .byte(offset)))
    }
    guard source.count >= 8 else {
      throw failure(.truncated(needed: 8, available: source.count), at: 0)
    }
    let length = try source.bytes(0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(Self.longest) else {
      throw failure(
        .malformed(
          field: "header length",
          detail: "\(length) bytes, at most \(Self.longest) are allowed; "
            + "this may be no safetensors file"),
        at: 0)
    }
    dataStart = 8 + Int(length)
    guard dataStart <= source.count else {
      throw failure(.truncated(needed: Int(length), available: source.count - 8), at: 8)
    }
    try parse(try source.bytes(8..<dataStart))
    try checkTiling()
  }

  // MARK: Parsing

  private func malformed(_ field: String, _ detail: String, at offset: Int) -> FormatError {
    FormatError(
      .malformed(field: field, detail: detail),
      at: InputLocation(file: source.path, position: .byte(offset)))
  }

  private mutating func parse(_ text: [UInt8]) throws {
    var cursor = JSONCursor(text, file: source.path, base: 8)
    if text.first != UInt8(ascii: "{"), cursor.kind() == .object {
      diagnostics.append(
        Diagnostic(
          .warning, "the header begins with blanks, which the format forbids",
          at: InputLocation(file: source.path, position: .byte(8))))
    }
    try cursor.object { cursor, name, offset in
      guard !name.utf8.contains(0) else {
        throw malformed("header", "a name with a NUL", at: offset)
      }
      if name == Self.metadataKey {
        guard !hasMetadata else { throw twice(name, at: offset) }
        hasMetadata = true
        try parseMetadata(&cursor)
        return
      }
      guard names.insert(Array(name.utf8)).inserted else { throw twice(name, at: offset) }
      try parseTensor(&cursor, name: name, key: offset)
    }
    try cursor.end()
  }

  private func twice(_ name: String, at offset: Int) -> FormatError {
    malformed("header", "\"\(name.printable())\" is there twice", at: offset)
  }

  private mutating func parseMetadata(_ cursor: inout JSONCursor) throws {
    if try cursor.skipNull() { return }
    var known: Set<[UInt8]> = []
    try cursor.object { cursor, key, offset in
      guard known.insert(Array(key.utf8)).inserted else { throw twice(key, at: offset) }
      metadata.append((key, try cursor.string()))
    }
  }

  private mutating func parseTensor(
    _ cursor: inout JSONCursor, name: String, key: Int
  ) throws {
    var type: SafetensorsType?
    var extents: [Int]?
    var offsets: [Int]?
    let what = "tensor \"\(name.printable())\""
    try cursor.object { cursor, field, offset in
      switch field {
      case "dtype" where type == nil:
        let text = try cursor.string()
        guard let found = SafetensorsType(rawValue: text) else {
          throw malformed(
            "dtype of \(what)", "\"\(text.printable())\" is no type of the format", at: offset)
        }
        type = found
      case "shape" where extents == nil: extents = try shape(&cursor)
      case "data_offsets" where offsets == nil:
        var numbers: [Int] = []
        try cursor.array { cursor in
          guard numbers.count < 2 else {
            throw malformed("data_offsets of \(what)", "more than two numbers", at: offset)
          }
          numbers.append(try cursor.wholeNumber())
        }
        offsets = numbers
      case "dtype", "shape", "data_offsets": throw twice(field, at: offset)
      default:
        try cursor.skipValue()
        diagnostics.append(
          Diagnostic(
            .warning, "\(what) has an unknown key \"\(field.printable())\"; it is not kept",
            at: InputLocation(file: source.path, position: .byte(offset))))
      }
    }
    guard let type, let extents, let offsets else {
      let missing = type == nil ? "dtype" : extents == nil ? "shape" : "data_offsets"
      throw FormatError(
        .missing(field: "\(missing) of \(what)"),
        at: InputLocation(file: source.path, position: .byte(key)))
    }
    entries.append(try entry(name, type, extents, offsets, key: key, what))
  }

  private func shape(_ cursor: inout JSONCursor) throws -> [Int] {
    var result: [Int] = []
    try cursor.array { cursor in
      guard result.count < limits.rank else {
        throw FormatError(
          .limitExceeded(.rank, found: limits.rank + 1, allowed: limits.rank),
          at: InputLocation(file: source.path, position: .byte(cursor.offset)))
      }
      result.append(try cursor.wholeNumber())
    }
    return result
  }

  private func entry(
    _ name: String, _ type: SafetensorsType, _ extents: [Int], _ offsets: [Int], key: Int,
    _ what: String
  ) throws -> SafetensorsEntry {
    func failure(_ text: String) -> FormatError { malformed(what, text, at: key) }
    guard let shape = TensorShape(extents),
      let bits = CheckedArithmetic.product(shape.elementCount, type.bitWidth)
    else { throw failure("the shape \(extents) has more elements than 63 bits count") }
    guard bits % 8 == 0 else {
      throw failure("\(shape) of \(type.rawValue) takes no whole number of bytes")
    }
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw failure("data_offsets \(offsets) are no begin and end")
    }
    guard offsets[1] - offsets[0] == bits / 8 else {
      throw failure(
        "data_offsets span \(offsets[1] - offsets[0]) bytes, but \(shape) of \(type.rawValue) "
          + "takes \(bits / 8)")
    }
    let available = source.count - dataStart
    guard offsets[1] <= available else {
      throw FormatError(
        .truncated(needed: offsets[1], available: available),
        at: InputLocation(file: source.path, position: .byte(key)))
    }
    return SafetensorsEntry(
      name: name, type: type, shape: shape, source: source,
      range: (dataStart + offsets[0])..<(dataStart + offsets[1]), key: key)
  }

  // MARK: The whole

  /// Puts the entries into the order of their bytes, which they must fill without hole or overlap.
  private mutating func checkTiling() throws {
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var end = dataStart
    for entry in entries {
      guard entry.range.lowerBound == end else {
        let problem =
          entry.range.lowerBound > end
          ? "\(entry.range.lowerBound - end) bytes before it belong to no tensor"
          : "it overlaps the tensor before it by \(end - entry.range.lowerBound) bytes"
        throw FormatError(
          .malformed(field: "tensor \"\(entry.name.printable())\"", detail: problem),
          at: entry.location)
      }
      end = entry.range.upperBound
    }
    guard end == source.count else {
      throw FormatError(
        .malformed(
          field: "file", detail: "\(source.count - end) bytes follow the last tensor"),
        at: InputLocation(file: source.path, position: .byte(end)))
    }
  }
}
