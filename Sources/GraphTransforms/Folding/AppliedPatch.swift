public import ModelIR

/// What stays of a patch once it is applied: its nodes' contents are the model's by then.
public struct AppliedPatch: Sendable {
  /// The rule that drew it.
  public var rule: String
  /// The nodes it was about, the site's first.
  public var sourceNodes: [NodeID]
  /// The nodes that it removed.
  public var removals: [NodeID]
  /// The nodes that it edited.
  public var edits: [NodeID]

  init(_ patch: GraphPatch) {
    rule = patch.rule
    sourceNodes = patch.sourceNodes
    removals = patch.removals
    edits = patch.edits.keys.sorted()
  }

  /// The nodes that it changed.
  var changed: [NodeID] { removals + edits }
}
