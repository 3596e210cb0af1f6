public import GraphTransforms

/// The fold rules, and which of them are on.
public struct RulesReport: Sendable {
  /// The rules in the order of the table.
  public var rules: [FoldRules.Entry]
  /// Names of rules that are off, in one direction ("conv-forward") or in both ("conv").
  public var disabled: Set<String>

  /// All rules under options.
  public init(_ options: FoldOptions = FoldOptions()) {
    rules = FoldRules.all + FoldRules.simplifications
    disabled = options.disabledRules
  }

  private func state(of name: String) -> String {
    if disabled.contains(name) { return "off" }
    switch (disabled.contains(name + "-backward"), disabled.contains(name + "-forward")) {
    case (false, false): return "on"
    case (true, true): return "off"
    case (true, false): return "forward"
    case (false, true): return "backward"
    }
  }
}

extension RulesReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.rules" }

  /// A paragraph for each rule.
  public func text(_ style: TextStyle) -> String {
    let width = rules.map { DisplayWidth.of($0.name) }.max() ?? 0
    let lines = rules.flatMap { rule in
      let name = rule.name + String(repeating: " ", count: width - DisplayWidth.of(rule.name))
      let state = state(of: rule.name)
      let label = "\(name)  \(state)\(String(repeating: " ", count: 8 - state.count))  "
      return Paragraph.lines(
        "\(rule.summary) [\(rule.operators.joined(separator: ", "))]", label: label, style)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same as JSON.
  public var members: [JSONValue.Member] {
    [
      .init(
        "rules",
        .array(
          rules.map { rule in
            .members([
              "name": .string(rule.name), "state": .string(state(of: rule.name)),
              "summary": .string(rule.summary), "operators": .strings(rule.operators),
            ])
          }))
    ]
  }
}
