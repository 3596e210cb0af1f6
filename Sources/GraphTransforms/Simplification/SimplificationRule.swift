internal import ModelIR

/// One way to need fewer nodes for the same numbers.
///
/// A rule looks at one node and what stands directly around it, so that a walk over a model is
/// linear; it draws a patch or declines.
protocol SimplificationRule: Sendable {
  /// The name in the journal and for switching the rule off.
  var name: String { get }
  /// The operators whose nodes it looks at; nil: all of the standard's.
  var operators: Set<String>? { get }
  /// What it would do at a node of the standard's operators without bodies; nil: nothing.
  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft?
}
