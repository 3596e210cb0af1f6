public import ByteStore
public import ModelFormats

/// A Darknet .cfg file: its sections with their options, and where each stands, so that a change
/// replaces the bytes of one value and nothing else.
///
/// A line is a section header in brackets, `key=value`, a comment (`#` or `;` as its first sign) or
/// blank; blanks count nowhere. Where a key comes twice in a section, the first one counts, as in
/// Darknet (OpenCV takes the last).
/// Source: Darknet's src/parser.c, src/option_list.c.
public struct DarknetConfig: Sendable {
  /// One option.
  public struct Option: Sendable {
    /// Its key without blanks.
    public var key: String
    /// Its value without blanks.
    public var value: String
    /// The line, from 1.
    public var line: Int
    /// The bytes of the value in the file, from its first sign to its last.
    var range: Range<Int>
  }

  /// One section.
  public struct Section: Sendable {
    /// Its type without brackets, "convolutional".
    public var type: String
    /// The line of its header, from 1.
    public var line: Int
    /// Its options in order.
    public var options: [Option]

    /// The option of this key that counts.
    public func option(_ key: String) -> Option? { options.first { $0.key == key } }
  }

  static let longestFile = 64 << 20
  static let mostSections = 100_000

  /// The file's path, for messages.
  public let file: String
  /// Its bytes.
  public let bytes: [UInt8]
  /// The first section, [net].
  public private(set) var net = Section(type: "net", line: 1, options: [])
  /// The sections behind it: the layers, counted from 0.
  public private(set) var layers: [Section] = []
  /// What a user should know.
  public private(set) var diagnostics: [Diagnostic] = []

  /// Reads a file.
  ///
  /// Errors: `FormatError` with the line.
  public init(_ source: ByteSource) throws {
    guard source.count <= Self.longestFile else {
      throw FormatError(
        .limitExceeded(.fileBytes, found: source.count, allowed: Self.longestFile),
        at: InputLocation(file: source.path))
    }
    try self.init(bytes: try source.bytes(0..<source.count), file: source.path)
  }

  /// Reads a file's bytes.
  public init(bytes: [UInt8], file: String) throws {
    self.bytes = bytes
    self.file = file
    var sections: [Section] = []
    var start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    var line = 0
    while start < bytes.count {
      line += 1
      let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
      try read(start..<end, line, &sections)
      start = end + 1
    }
    guard let first = sections.first else {
      throw error(1, .missing(field: "[net] (the file has no section)"))
    }
    guard first.type == "net" || first.type == "network" else {
      throw error(
        first.line, .malformed(field: "section", detail: "[\(first.type)] where [net] is due"))
    }
    net = first
    layers = Array(sections.dropFirst())
    guard !layers.isEmpty else { throw error(first.line, .missing(field: "a layer behind [net]")) }
  }

  private mutating func read(
    _ range: Range<Int>, _ line: Int, _ sections: inout [Section]
  ) throws {
    let content = trimmed(range)
    guard let first = content.first.map({ bytes[$0] }) else { return }
    if bytes[content].contains(0) {
      throw error(line, .malformed(field: "line", detail: "it contains a NUL"))
    }
    switch first {
    case UInt8(ascii: "#"), UInt8(ascii: ";"): return
    case UInt8(ascii: "["):
      guard bytes[content.upperBound - 1] == UInt8(ascii: "]"), content.count > 2 else {
        throw error(line, .malformed(field: "section", detail: "']' is missing"))
      }
      guard sections.count <= Self.mostSections else {
        throw error(
          line,
          .limitExceeded(.nodes, found: sections.count + 1, allowed: Self.mostSections))
      }
      let type = text((content.lowerBound + 1)..<(content.upperBound - 1))
      sections.append(Section(type: type, line: line, options: []))
    default:
      guard let equals = bytes[content].firstIndex(of: UInt8(ascii: "=")) else {
        let shown = text(content).printable(length: 40)
        throw error(
          line, .malformed(field: "line", detail: "\"\(shown)\" is no key=value"))
      }
      guard !sections.isEmpty else {
        throw error(line, .malformed(field: "line", detail: "an option before any section"))
      }
      let key = text(content.lowerBound..<equals)
      let value = trimmed((equals + 1)..<content.upperBound)
      guard !key.isEmpty else {
        throw error(line, .malformed(field: "line", detail: "a value without a key"))
      }
      let option = Option(key: key, value: text(value), line: line, range: value)
      if let known = sections[sections.count - 1].option(key), known.value != option.value {
        diagnostics.append(
          Diagnostic(
            .warning,
            "\(key.printable()) is given twice; the first counts (\(known.value.printable()))",
            at: InputLocation(file: file, position: .text(line: line, column: 1))))
      }
      sections[sections.count - 1].options.append(option)
    }
  }

  /// Without blanks at both ends.
  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, Self.isBlank(bytes[start]) { start += 1 }
    while start < end, Self.isBlank(bytes[end - 1]) { end -= 1 }
    return start..<end
  }

  /// The text without any blanks, as Darknet strips lines.
  private func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range].filter { !Self.isBlank($0) }, as: UTF8.self)
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a
  }

  // MARK: Errors

  /// An error at a line.
  func error(_ line: Int, _ problem: FormatError.Problem) -> FormatError {
    FormatError(problem, at: InputLocation(file: file, position: .text(line: line, column: 1)))
  }

  // MARK: Changing

  /// The file with `batch_normalize=0` in these layers, and every other byte as it is.
  public func withoutNormalization(in layers: Set<Int>) -> [UInt8] {
    var result: [UInt8] = []
    var copied = 0
    for layer in layers.sorted() where self.layers.indices.contains(layer) {
      // Readers differ on which of two counts, so all of them change.
      for option in self.layers[layer].options where option.key == "batch_normalize" {
        result += bytes[copied..<option.range.lowerBound]
        result.append(UInt8(ascii: "0"))
        copied = option.range.upperBound
      }
    }
    return result + bytes[copied...]
  }
}
