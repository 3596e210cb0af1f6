/// A pattern that names are held against, as shells have them.
///
/// `*` stands for any characters (slashes too: names of nodes are full of them), `?` for one, `[a-z]`
/// and `[!a-z]` for one inside or outside of a set, `\` takes the next character as it is. A name
/// must match whole; a pattern without these characters matches itself alone.
public struct NamePattern: Sendable, Hashable, CustomStringConvertible {
  private enum Part: Sendable, Hashable {
    case exactly(Unicode.Scalar)
    case anyOne
    case anyMany
    case oneOf([ClosedRange<Unicode.Scalar>], isNegated: Bool)
  }

  /// The pattern as it was written.
  public let description: String
  private let parts: [Part]

  /// Reads a pattern; every text is one: an unfinished set stands for its own characters.
  public init(_ text: String) {
    description = text
    var parts: [Part] = []
    var rest = Substring(text).unicodeScalars
    while let next = rest.popFirst() {
      switch next {
      case "*": if parts.last != .anyMany { parts.append(.anyMany) }
      case "?": parts.append(.anyOne)
      case "\\": parts.append(.exactly(rest.popFirst() ?? next))
      case "[":
        if let set = Self.set(&rest) { parts.append(set) } else { parts.append(.exactly(next)) }
      default: parts.append(.exactly(next))
      }
    }
    self.parts = parts
  }

  /// What stands between brackets, taken from `text`; nil where there is no closing one.
  private static func set(_ text: inout Substring.UnicodeScalarView) -> Part? {
    var rest = text
    var isNegated = false
    if let first = rest.first, first == "!" || first == "^" {
      isNegated = true
      rest.removeFirst()
    }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while let low = rest.popFirst() {
      // A bracket that comes first is a member.
      if low == "]", !ranges.isEmpty {
        text = rest
        return .oneOf(ranges, isNegated: isNegated)
      }
      let after = rest.dropFirst()
      if rest.first == "-", let high = after.first, high != "]", high >= low {
        rest = after.dropFirst()
        ranges.append(low...high)
      } else {
        ranges.append(low...low)
      }
    }
    return nil
  }

  /// Whether a name matches, compared scalar by scalar.
  ///
  /// Complexity: at most name × pattern: only the last `*` is ever gone back to.
  public func matches(_ name: String) -> Bool {
    let name = Array(name.unicodeScalars)
    var (position, part) = (0, 0)
    var retry: (position: Int, part: Int)?
    while position < name.count {
      if part < parts.count, parts[part] == .anyMany {
        retry = (position, part)
        part += 1
      } else if part < parts.count, Self.matches(name[position], parts[part]) {
        position += 1
        part += 1
      } else if let last = retry {
        retry = (last.position + 1, last.part)
        (position, part) = (last.position + 1, last.part + 1)
      } else {
        return false
      }
    }
    return parts[part...].allSatisfy { $0 == .anyMany }
  }

  private static func matches(_ scalar: Unicode.Scalar, _ part: Part) -> Bool {
    switch part {
    case .exactly(let expected): scalar == expected
    case .anyOne: true
    case .anyMany: false
    case .oneOf(let ranges, let isNegated): ranges.contains { $0 ~= scalar } != isNegated
    }
  }
}
