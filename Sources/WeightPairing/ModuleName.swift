/// A module's name in its parts: `layer1.0.conv2` is `conv2` in `layer1.0`.
struct ModuleName: Hashable {
  /// Everything before the last separator, without it.
  let parent: String
  /// The last part.
  let leaf: String
  /// The separator, "." where there is none.
  let separator: String

  init(_ name: String) {
    guard let position = name.lastIndex(where: { $0 == "." || $0 == "/" }) else {
      parent = ""
      leaf = name
      separator = "."
      return
    }
    parent = String(name[..<position])
    leaf = String(name[name.index(after: position)...])
    separator = String(name[position])
  }

  /// A neighbour in the same parent.
  func sibling(_ leaf: String) -> String { parent.isEmpty ? leaf : parent + separator + leaf }

  /// The parent with `*` for every number: what blocks of one kind have in common.
  var template: String { Self.starred(parent) }

  /// A text with `*` for every number.
  static func starred(_ text: String) -> String {
    var result = ""
    for character in text {
      if !character.isASCIIDigit {
        result.append(character)
      } else if result.last != "*" {
        result.append("*")
      }
    }
    return result
  }

  /// The order of people: numbers by what they count.
  func precedes(_ other: ModuleName) -> Bool {
    let (a, b) = (Self.parts(sibling(leaf)), Self.parts(other.sibling(other.leaf)))
    for (x, y) in zip(a, b) where x != y {
      if let x = Int(x), let y = Int(y), x != y { return x < y }
      return x < y
    }
    return a.count < b.count
  }

  private static func parts(_ text: String) -> [String] {
    var result: [String] = []
    var wasDigit: Bool?
    for character in text {
      if character.isASCIIDigit == wasDigit, !result.isEmpty {
        result[result.count - 1].append(character)
      } else {
        result.append(String(character))
      }
      wasDigit = character.isASCIIDigit
    }
    return result
  }
}

extension Character {
  /// 0 to 9.
  var isASCIIDigit: Bool { isASCII && isWholeNumber }
}
