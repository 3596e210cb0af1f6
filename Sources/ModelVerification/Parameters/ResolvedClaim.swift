internal import ModelIR

/// A claim whose target was found in the written model.
struct ResolvedClaim {
  var claim: FoldClaim
  /// The path of the graph.
  var graph: String
  /// The new tensor's name.
  var name: String
  /// The new tensor's value in the written model.
  var target: ValueID
  /// Whether the fold claimed it; otherwise names and structure said so.
  var isClaimed: Bool

  /// Whether it is about whole numbers.
  var isQuantized: Bool { if case .quantized = claim.role { true } else { false } }
}
