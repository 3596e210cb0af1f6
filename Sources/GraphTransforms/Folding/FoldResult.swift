public import ModelIR

/// What a fold made of a model.
public struct FoldResult: Sendable {
  /// The folded model, compacted.
  public var model: Model
  /// The input model with some calls replaced by what they call.
  ///
  /// All ids of nodes here are about it; nodes of the input model have their ids in it.
  public var source: Model
  /// For each node that stands in the place of a call, the call of the input model.
  public var calls: [NodeID: NodeID]
  /// Every site in the order of its graphs, with its outcome.
  public var sites: [FoldSite]
  /// The patches in the order they were applied.
  public var journal: [AppliedPatch]
  /// Layers beside or behind each other that became one.
  public var merges: [LayerMerge] = []
  /// What was done to each new weight and bias of the folded model.
  public var claims: [FoldClaim]
  /// Patterns of the selection that match no site.
  public var unmatchedPatterns: [NamePattern]
  /// What a user should know.
  public var diagnostics: [String]

  /// The sites whose affines are part of a new tensor: those to exclude where it does not fit.
  public func sites(in target: ValueID) -> [NodeID] {
    if let merge = merges.first(where: { $0.tensors.contains(target) }) { return [merge.root] }
    return claims.filter { $0.target == target }.flatMap(\.parts).flatMap(\.steps)
      .flatMap(\.affine)
  }
}
