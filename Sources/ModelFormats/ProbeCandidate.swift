public import ByteStore

/// What there is to recognise a file by: its name, its size and its first bytes.
public struct ProbeCandidate: Sendable {
  /// Bytes that are looked at, at most.
  public static let headLength = 4096

  /// The file's name without folders.
  public var name: String
  /// The first bytes.
  public var head: [UInt8]
  /// Bytes in the file.
  public var size: Int

  /// Makes a candidate from its parts.
  public init(name: String, head: [UInt8], size: Int) {
    self.name = name
    self.head = head
    self.size = size
  }

  /// Reads the first bytes of a source.
  public init(_ source: ByteSource) throws {
    let name = source.path.split(separator: "/").last.map(String.init) ?? source.path
    let head = try source.bytes(0..<min(Self.headLength, source.count))
    self.init(name: name, head: head, size: source.count)
  }

  /// The ending of the name, lower case; empty where there is none.
  public var fileExtension: String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// Whether the bytes at `offset` are those of `text`.
  public func has(_ text: String, at offset: Int = 0) -> Bool { has(Array(text.utf8), at: offset) }

  /// Whether the bytes at `offset` are `bytes`.
  public func has(_ bytes: [UInt8], at offset: Int = 0) -> Bool {
    guard offset >= 0, head.count - bytes.count >= offset else { return false }
    return head[offset...].starts(with: bytes)
  }
}

/// How likely a file is of a format.
public enum ProbeConfidence: Int, Sendable, Comparable {
  /// It is not.
  case none
  /// Its name says so.
  case fileExtension
  /// Its first bytes could well be.
  case plausibleContent
  /// Its first bytes say so.
  case magic

  /// Less likely comes first.
  public static func < (a: ProbeConfidence, b: ProbeConfidence) -> Bool {
    a.rawValue < b.rawValue
  }
}
