/// One site of a model and what became of it, by names.
public struct SiteReport: Sendable, Hashable {
  /// What became of a site.
  public enum Outcome: Sendable, Hashable {
    /// It is gone: by this rule, into these nodes ("Conv \"conv1\"").
    case folded(rule: String, into: [String])
    /// Its scale is gone, by this rule, into these nodes; an Add of the shift stands in its place.
    case halfFolded(rule: String, into: [String])
    /// It is part of a convolution that was merged from parallel branches.
    case merged(into: String)
    /// A simplification by this rule removed it.
    case removed(rule: String)
    /// It is still there, for this reason.
    case kept(reason: String)
  }

  /// The node's name.
  public var name: String
  /// The value it makes, whose name is unique in its graph.
  public var output: String
  /// Its operator.
  public var opType: String
  /// The graph it stands in; empty for the main one.
  public var graph: String
  /// What became of it.
  public var outcome: Outcome

  /// Makes a site from its parts.
  public init(
    name: String, output: String, opType: String, graph: String, outcome: Outcome
  ) {
    self.name = name
    self.output = output
    self.opType = opType
    self.graph = graph
    self.outcome = outcome
  }

  /// Whether it is a batch normalization; others are multiplications and additions of constants.
  public var isBatchNormalization: Bool { opType == "BatchNormalization" }

  /// Whether it was folded whole.
  public var isFolded: Bool {
    switch outcome {
    case .folded, .merged: true
    case .halfFolded, .removed, .kept: false
    }
  }

  /// Whether it is still there.
  public var isKept: Bool {
    if case .kept = outcome { true } else { false }
  }

  var json: JSONValue {
    switch outcome {
    case .folded(let rule, let into):
      .members([
        "name": .string(name), "output": .string(output), "operator": .string(opType),
        "graph": .string(graph),
        "outcome": .string("folded"), "rule": .string(rule), "into": .strings(into),
      ])
    case .halfFolded(let rule, let into):
      .members([
        "name": .string(name), "output": .string(output), "operator": .string(opType),
        "graph": .string(graph),
        "outcome": .string("half"), "rule": .string(rule), "into": .strings(into),
      ])
    case .merged(let into):
      .members([
        "name": .string(name), "output": .string(output), "operator": .string(opType),
        "graph": .string(graph),
        "outcome": .string("merged"), "rule": .string("reparameterize"),
        "into": .strings([into]),
      ])
    case .removed(let rule):
      .members([
        "name": .string(name), "output": .string(output), "operator": .string(opType),
        "graph": .string(graph),
        "outcome": .string("removed"), "rule": .string(rule),
      ])
    case .kept(let reason):
      .members([
        "name": .string(name), "output": .string(output), "operator": .string(opType),
        "graph": .string(graph),
        "outcome": .string("kept"), "reason": .string(reason),
      ])
    }
  }

  /// A line for the site, or several where the reason is long.
  func lines(_ style: TextStyle) -> [String] {
    let place = graph.isEmpty ? "" : " in \(graph)"
    switch outcome {
    case .folded(let rule, let into):
      let text = "\(opType) \"\(name)\"\(place) into \(into.joined(separator: ", ")) (\(rule))"
      return tagged("folded  ", .good, text, style)
    case .halfFolded(let rule, let into):
      let text =
        "\(opType) \"\(name)\"\(place): its scale into \(into.joined(separator: ", ")) (\(rule)), "
        + "an Add is left of it"
      return tagged("half    ", .good, text, style)
    case .merged(let into):
      let text = "\(opType) \"\(name)\"\(place) into \(into) (reparameterize)"
      return tagged("merged  ", .good, text, style)
    case .removed(let rule):
      return tagged("removed ", .good, "\(opType) \"\(name)\"\(place) (\(rule))", style)
    case .kept(let reason):
      return tagged("kept    ", .warning, "\(opType) \"\(name)\"\(place): \(reason)", style)
    }
  }

  private func tagged(
    _ tag: String, _ tone: TextStyle.Tone, _ text: String, _ style: TextStyle
  ) -> [String] {
    var lines = Paragraph.lines(text, label: "  " + tag, style)
    let rest = lines[0].dropFirst(2 + tag.count)
    lines[0] = "  " + style.colored(tag, tone) + rest
    return lines
  }

  /// The lines of all sites that are shown: every one, or the batch normalizations that are kept.
  static func lines(_ sites: [SiteReport], all: Bool, _ style: TextStyle) -> [String] {
    sites.filter { all || ($0.isKept && $0.isBatchNormalization) }.flatMap { $0.lines(style) }
  }
}
