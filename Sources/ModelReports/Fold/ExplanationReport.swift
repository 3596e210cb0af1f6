public import GraphTransforms
public import ModelIR

/// The stories of some sites: what was tried for each, and what stopped it.
public struct ExplanationReport: Sendable {
  /// A site with its story.
  public struct Entry: Sendable {
    var site: SiteReport
    var story: SiteStory?

    /// A site of a model.
    public init(_ site: FoldSite, in model: Model) {
      self.site = SiteReport(site, in: model)
      story = site.story
    }
  }

  /// The model's path.
  public var model: String
  /// The sites in the order of the graphs.
  public var entries: [Entry]

  /// Makes a report from its parts.
  public init(model: String, entries: [Entry]) {
    self.model = model
    self.entries = entries
  }
}

extension ExplanationReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.explain" }

  /// For each site what it does, the steps in each direction, and the outcome.
  public func text(_ style: TextStyle) -> String {
    entries.map { $0.lines(style).joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  /// The same as JSON.
  public var members: [JSONValue.Member] {
    [.init("model", .string(model)), .init("sites", .array(entries.map(\.json)))]
  }
}

extension ExplanationReport.Entry {
  fileprivate func lines(_ style: TextStyle) -> [String] {
    var lines = site.lines(style)
    guard let story else { return lines }
    if let affine = story.affineText { lines += Paragraph.lines(affine, label: "  ", style) }
    var direction: SiteStory.Direction?
    for step in story.steps {
      if step.direction != direction {
        direction = step.direction
        lines.append("  " + style.colored(step.direction.title, .strong))
      }
      lines += Paragraph.lines(step.event.text, label: "    ", style)
    }
    return lines
  }

  fileprivate var json: JSONValue {
    guard case .object(var members) = site.json else { return site.json }
    members.append(.init("channels", story.map { .integer($0.channels) } ?? .null))
    members.append(.init("axis", story?.axis.map { .integer($0) } ?? .null))
    for (name, range) in [("scale", story?.scales), ("shift", story?.shifts)] {
      members.append(
        .init(
          name, range.map { .array([.number($0.lowerBound), .number($0.upperBound)]) } ?? .null))
    }
    members.append(.init("steps", .array((story?.steps ?? []).map(\.json))))
    return .object(members)
  }
}

extension SiteStory {
  fileprivate var affineText: String? {
    guard let scales, let shifts else { return nil }
    func text(_ range: ClosedRange<Double>) -> String {
      let (low, high) = (
        NumberText.significant(range.lowerBound), NumberText.significant(range.upperBound)
      )
      return low == high ? low : "\(low) to \(high)"
    }
    let place = axis.map { " on \(channels) channels along axis \($0)" } ?? ""
    return "y = scale·x + shift\(place): scale \(text(scales)), shift \(text(shifts))"
  }
}

extension SiteStory.Direction {
  fileprivate var title: String {
    switch self {
    case .backward: "backward, into what makes its input"
    case .forward: "forward, into what reads its output"
    }
  }

  fileprivate var name: String {
    switch self {
    case .backward: "backward"
    case .forward: "forward"
    }
  }
}

extension SiteStory.Event {
  fileprivate var text: String {
    switch self {
    case .passes(let node, let rule, let values):
      "\(node) passes it on (\(rule)) to "
        + values.map { "\"\($0)\"" }.joined(separator: ", ")
    case .absorbs(let node, let rule): "\(node) takes it (\(rule))"
    case .stops(let reason): "stops: \(reason)"
    case .isComplete: "every path has ended: this is what is done"
    case .leavesAdd:
      "for the scale alone every path has ended: it is folded, and an Add of the shift stays"
    }
  }
}

extension SiteStory.Step {
  fileprivate var json: JSONValue {
    let direction = JSONValue.string(direction.name)
    switch event {
    case .passes(let node, let rule, let values):
      return .members([
        "direction": direction, "event": .string("passes"), "node": .string(node.description),
        "rule": .string(rule), "to": .strings(values),
      ])
    case .absorbs(let node, let rule):
      return .members([
        "direction": direction, "event": .string("absorbs"), "node": .string(node.description),
        "rule": .string(rule),
      ])
    case .stops(let reason):
      return .members([
        "direction": direction, "event": .string("stops"),
        "node": reason.blocker.map { .string($0.description) } ?? .null,
        "reason": .string(reason.description),
      ])
    case .isComplete:
      return .members(["direction": direction, "event": .string("complete")])
    case .leavesAdd:
      return .members(["direction": direction, "event": .string("leaves-add")])
    }
  }
}
