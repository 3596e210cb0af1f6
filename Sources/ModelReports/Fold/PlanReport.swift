public import GraphTransforms

/// What a fold would do, as a file that can be read, edited and applied (`fold --apply`).
///
/// A site is named by its graph and the value it makes, which is unique there; names of nodes need
/// not be.
public struct PlanReport: Sendable {
  /// The model's path.
  public var model: String
  /// What the fold was allowed to do.
  public var options: FoldOptions
  /// Every site in the order of the graphs.
  public var sites: [SiteReport]
  /// What a user should know.
  public var notes: [String]

  /// The plan that a fold's report speaks of.
  public init(_ report: FoldReport, options: FoldOptions) {
    model = report.input
    sites = report.sites
    notes = report.notes
    self.options = options
  }
}

extension PlanReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.plan" }

  /// The JSON object: a plan is for programs, and for those who edit it.
  public func text(_ style: TextStyle) -> String { json.text }

  /// The members of the JSON object.
  public var members: [JSONValue.Member] {
    [
      .init("model", .string(model)),
      .init(
        "options",
        .members([
          "allow_loss": .bool(options.allowLoss),
          "allow_add": .bool(options.allowsAdd),
          "reparameterize": .bool(options.mergesLayers),
          "no_duplicate": .bool(options.noDuplicate),
          "assume_constant_inputs": .bool(options.assumeConstantInputs),
          "rules_off": .strings(options.disabledRules.sorted()),
        ])),
      .init("sites", .array(sites.map(\.planned))),
      .init("notes", .strings(notes)),
    ]
  }
}

extension SiteReport {
  /// The site as a plan has it.
  fileprivate var planned: JSONValue {
    var members: [JSONValue.Member] = [
      .init("graph", .string(graph)), .init("node", .string(name)),
      .init("output", .string(output)), .init("operator", .string(opType)),
    ]
    switch outcome {
    case .folded(let rule, let into), .halfFolded(let rule, let into):
      members += [
        .init("action", .string("fold")), .init("rule", .string(rule)),
        .init("into", .strings(into)),
      ]
    case .merged(let into):
      members += [
        .init("action", .string("fold")), .init("rule", .string("reparameterize")),
        .init("into", .strings([into])),
      ]
    case .removed(let rule):
      members += [
        .init("action", .string("keep")),
        .init("reason", .string("is removed by simplification (\(rule))")),
      ]
    case .kept(let reason):
      members += [.init("action", .string("keep")), .init("reason", .string(reason))]
    }
    return .object(members)
  }
}
