public import ByteStore
public import ModelFormats

/// A user's list of pairs.
///
///     # TOML; the same as JSON: {"epsilon": 0.001, "pair": [{"layer": …}, …]}
///     epsilon = 0.001                   # where a pair has none of its own
///     [[pair]]
///     layer = "features.*.conv"         # a name, or several by stars
///     norm = "features.*.bn"            # its stars stand for what the layer's stand for
///     layout = "transposed"             # output-first, transposed, output-last, depthwise-last
///     groups = 2                        # of a transposed layer
///     epsilon = 1e-5
public struct PairPlan: Sendable {
  /// One entry.
  public struct Rule: Sendable {
    /// The layers.
    public var layer: StarredName
    /// Their normalizations.
    public var normalization: StarredName
    /// How the weights are laid out; nil: as their names say.
    public var layout: LinearLayer.Layout?
    /// Groups of a transposed layer.
    public var groups: Int?
    /// What is added to the variance.
    public var epsilon: Double?
    /// Where it stands.
    public var location: InputLocation
  }

  private static let mostBytes = 64 << 20

  /// The entries in order.
  public private(set) var rules: [Rule] = []
  /// What is added to the variance where an entry does not say.
  public private(set) var epsilon: Double?

  /// Reads a plan; one that begins with a brace is JSON, others are TOML.
  ///
  /// Errors: `FormatError` with line or byte; `FileAccessError`.
  public init(_ source: ByteSource) throws {
    guard source.count <= Self.mostBytes else {
      throw FormatError(
        .limitExceeded(.fileBytes, found: source.count, allowed: Self.mostBytes),
        at: InputLocation(file: source.path))
    }
    let bytes = try source.bytes(0..<source.count)
    let isJSON = bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) } == UInt8(ascii: "{")
    var entries: [(fields: [String: PlanValue], location: InputLocation)] = []
    if isJSON {
      try PlanJSON.read(bytes, file: source.path, &epsilon, &entries)
    } else {
      try PlanTOML.read(bytes, file: source.path, &epsilon, &entries)
    }
    rules = try entries.map { try Self.rule($0.fields, $0.location) }
    guard !rules.isEmpty else {
      throw FormatError(
        .missing(field: "a pair (an entry with layer and norm)"),
        at: InputLocation(file: source.path))
    }
    if let epsilon { try Self.check(epsilon, InputLocation(file: source.path)) }
  }

  private static func rule(
    _ fields: [String: PlanValue], _ location: InputLocation
  ) throws -> Rule {
    func failure(_ text: String) -> FormatError {
      FormatError(.malformed(field: "pair", detail: text), at: location)
    }
    let known = ["layer", "norm", "layout", "groups", "epsilon"]
    if let unknown = fields.keys.sorted().first(where: { !known.contains($0) }) {
      throw failure(
        "unknown key \"\(unknown.printable())\"; \(known.joined(separator: ", ")) are known")
    }
    func text(_ key: String) throws -> String? {
      guard let value = fields[key] else { return nil }
      guard case .text(let text) = value else { throw failure("\(key) is a text in quotes") }
      return text
    }
    func number(_ key: String) throws -> Double? {
      guard let value = fields[key] else { return nil }
      guard case .number(let number) = value else { throw failure("\(key) is a number") }
      return number
    }
    guard let layer = try text("layer"), let norm = try text("norm") else {
      throw failure("layer and norm are needed")
    }
    var rule = Rule(
      layer: StarredName(layer), normalization: StarredName(norm), location: location)
    guard rule.normalization.stars <= rule.layer.stars else {
      throw failure("norm has more stars than layer")
    }
    if let layout = try text("layout") {
      guard let known = LinearLayer.Layout(rawValue: layout) else {
        let all = LinearLayer.Layout.allCases.map(\.rawValue).joined(separator: ", ")
        throw failure("unknown layout \"\(layout.printable())\"; \(all) are known")
      }
      rule.layout = known
    }
    if let groups = try number("groups") {
      guard let count = Int(exactly: groups), count > 0 else {
        throw failure("groups is a whole number from 1")
      }
      rule.groups = count
    }
    if let epsilon = try number("epsilon") {
      try check(epsilon, location)
      rule.epsilon = epsilon
    }
    return rule
  }

  private static func check(_ epsilon: Double, _ location: InputLocation) throws {
    guard epsilon.isFinite, epsilon >= 0 else {
      throw FormatError(
        .malformed(field: "epsilon", detail: "\(epsilon) is no number from 0"), at: location)
    }
  }
}

/// A value in a plan.
enum PlanValue: Equatable {
  case text(String)
  case number(Double)
}

/// A plan as JSON.
enum PlanJSON {
  static func read(
    _ bytes: [UInt8], file: String, _ epsilon: inout Double?,
    _ entries: inout [(fields: [String: PlanValue], location: InputLocation)]
  ) throws {
    func failure(_ text: String, _ offset: Int) -> FormatError {
      FormatError(
        .malformed(field: "plan", detail: text),
        at: InputLocation(file: file, position: .byte(offset)))
    }
    let document = try JSONReader.document(bytes, file: file)
    for member in document.members ?? [] {
      switch member.name {
      case "epsilon":
        guard let number = member.value.number else {
          throw failure("epsilon is \(member.value.kind), not a number", member.value.offset)
        }
        epsilon = number
      case "pair":
        guard let pairs = member.value.elements else {
          throw failure("pair is \(member.value.kind), not a list", member.value.offset)
        }
        for pair in pairs {
          guard let members = pair.members else {
            throw failure("a pair is \(pair.kind), not an object", pair.offset)
          }
          var fields: [String: PlanValue] = [:]
          for field in members {
            guard
              let value = field.value.string.map(PlanValue.text)
                ?? field.value.number.map(PlanValue.number)
            else { throw failure("\(field.name.printable()) is \(field.value.kind)", field.offset) }
            fields[field.name] = value
          }
          entries.append((fields, InputLocation(file: file, position: .byte(pair.offset))))
        }
      default:
        throw failure(
          "unknown key \"\(member.name.printable())\"; epsilon and pair are known", member.offset)
      }
    }
  }
}

/// A plan as TOML: comments, `key = value` with texts in quotes and numbers, `[[pair]]`.
enum PlanTOML {
  static func read(
    _ bytes: [UInt8], file: String, _ epsilon: inout Double?,
    _ entries: inout [(fields: [String: PlanValue], location: InputLocation)]
  ) throws {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FormatError(
        .malformed(field: "plan", detail: "it is not valid UTF-8"),
        at: InputLocation(file: file))
    }
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (number, line) in lines.enumerated() {
      let location = InputLocation(file: file, position: .text(line: number + 1, column: 1))
      func failure(_ text: String) -> FormatError {
        FormatError(.malformed(field: "plan", detail: text), at: location)
      }
      let content = line.trimmed
      if content.isEmpty || content.first == "#" { continue }
      if content.first == "[" {
        guard content.withoutComment == "[[pair]]" else {
          throw failure("[[pair]] is the only table")
        }
        entries.append(([:], location))
        continue
      }
      guard let equals = content.firstIndex(of: "=") else {
        throw failure("key = value is expected")
      }
      let key = String(content[..<equals].trimmed)
      guard let value = value(content[content.index(after: equals)...].trimmed) else {
        throw failure("\(key.printable()) = a text in quotes or a number is expected")
      }
      if entries.isEmpty {
        guard key == "epsilon", epsilon == nil, case .number(let found) = value else {
          throw failure("before the first [[pair]] only epsilon = a number may stand, once")
        }
        epsilon = found
      } else if entries[entries.count - 1].fields.updateValue(value, forKey: key) != nil {
        throw failure("\(key.printable()) is there twice")
      }
    }
  }

  private static func value(_ text: Substring) -> PlanValue? {
    guard let quote = text.first, quote == "\"" || quote == "'" else {
      return Double(String(text.withoutComment).replacing("_", with: "")).map { .number($0) }
    }
    guard let end = text.dropFirst().firstIndex(of: quote) else { return nil }
    let rest = text[text.index(after: end)...].trimmed
    let inner = text[text.index(after: text.startIndex)..<end]
    guard rest.isEmpty || rest.first == "#", quote == "'" || !inner.contains("\\") else {
      return nil
    }
    return .text(String(inner))
  }
}

extension Substring {
  /// Without blanks at both ends.
  fileprivate var trimmed: Substring {
    var text = self
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }

  /// What stands before a comment.
  fileprivate var withoutComment: Substring {
    (firstIndex(of: "#").map { self[..<$0] } ?? self).trimmed
  }
}
