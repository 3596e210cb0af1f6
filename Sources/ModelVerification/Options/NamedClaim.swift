public import ModelIR

/// A fold's claim about a tensor of the written model, which is found there by its name: the
/// written file was read anew, so ids of the folded model mean nothing in it.
public struct NamedClaim: Sendable {
  /// What the fold says it did; all ids but `target` are of the original model.
  public var claim: FoldClaim
  /// The name of the new initializer.
  public var targetName: String
  /// The graph of the original model in whose counterpart the initializer lies.
  public var graph: GraphID

  /// Makes a named claim from its parts.
  public init(claim: FoldClaim, targetName: String, graph: GraphID) {
    self.claim = claim
    self.targetName = targetName
    self.graph = graph
  }

  /// The claims of a fold with the names that their targets have in the folded model.
  public static func claims(_ claims: [FoldClaim], in folded: Model) -> [NamedClaim] {
    claims.compactMap { claim in
      guard folded.values.indices.contains(claim.target.index) else { return nil }
      let value = folded[claim.target]
      return NamedClaim(claim: claim, targetName: value.name, graph: value.graph)
    }
  }
}
