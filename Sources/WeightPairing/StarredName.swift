/// A name in which each `*` stands for any text, as short as the rest allows.
public struct StarredName: Sendable, Hashable {
  /// The pattern as it was written.
  public let text: String
  private let parts: [[UInt8]]

  /// A pattern; `*` is the only special sign.
  public init(_ text: String) {
    self.text = text
    parts = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
      .map(Array.init)
  }

  /// The number of stars.
  public var stars: Int { parts.count - 1 }

  /// What the stars stand for in a name; nil where it does not match.
  public func match(_ name: String) -> [String]? {
    let name = Array(name.utf8)
    guard let first = parts.first, let last = parts.last, name.starts(with: first) else {
      return nil
    }
    guard parts.count > 1 else { return name.count == first.count ? [] : nil }
    var position = first.count
    var found: [String] = []
    for part in parts.dropFirst().dropLast() {
      guard let start = Self.find(part, in: name, from: position) else { return nil }
      found.append(String(decoding: name[position..<start], as: UTF8.self))
      position = start + part.count
    }
    let end = name.count - last.count
    guard end >= position, name[end...].elementsEqual(last) else { return nil }
    found.append(String(decoding: name[position..<end], as: UTF8.self))
    return found
  }

  /// The name that has these texts in place of the stars.
  public func filled(with texts: [String]) -> String {
    var result = ""
    for (position, part) in parts.enumerated() {
      result += String(decoding: part, as: UTF8.self)
      if position < parts.count - 1, texts.indices.contains(position) { result += texts[position] }
    }
    return result
  }

  private static func find(_ part: [UInt8], in name: [UInt8], from start: Int) -> Int? {
    var position = start
    while position + part.count <= name.count {
      if name[position...].starts(with: part) { return position }
      position += 1
    }
    return nil
  }
}
