public import ModelIR

/// What a fold may do.
public struct FoldOptions: Sendable {
  /// Keeps sites whose weight is used elsewhere instead of giving them a copy.
  public var noDuplicate = false
  /// Takes initializers that the caller may override as what is stored.
  public var assumeConstantInputs = false
  /// Folds forward even where that loses accuracy.
  public var allowLoss = false
  /// Which sites may be folded at all.
  public var selection = SiteSelection()
  /// Sites to keep, with what the report shall say about them.
  public var excluded: [NodeID: KeepReason] = [:]
  /// Rules that are switched off, by name (`FoldRules.all`): "conv" in both directions,
  /// "conv-backward" and "conv-forward" in one.
  public var disabledRules: Set<String> = []
  /// Writes down, for each site, what was met on the way (`FoldSite.story`).
  public var tellsStories = false
  /// Folds Mul, Div, Add and Sub by constants and Neg too, not BatchNormalization alone.
  public var foldsArithmetic = true
  /// Where a whole fold is impossible, folds the scale of a BatchNormalization and leaves an Add of
  /// the shift in its place.
  public var allowsAdd = false
  /// Makes one layer of parallel linear branches, and of linear layers in a row (rule
  /// `reparameterize`).
  public var mergesLayers = false
  /// Removes what is not needed for the same numbers once everything is folded: constant parts,
  /// operators that pass their input on, duplicates, unused nodes.
  public var simplifies = false
  /// Asked about a drawn patch before it is applied: nil, or why the output cannot hold it.
  public var refusal: (@Sendable (GraphPatch, Model) -> String?)?

  /// The defaults.
  public init() {}
}
