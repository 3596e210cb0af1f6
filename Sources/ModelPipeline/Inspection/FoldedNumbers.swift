internal import GraphTransforms
internal import ModelIR
internal import ModelStatistics
internal import Operators

/// What a fold would make of a model's weights.
struct FoldedNumbers {
  /// The new weight of a layer of the plan's source, before it is rounded.
  private(set) var weights: [NodeID: Tensor] = [:]
  /// All layers with the profiles of their weights.
  private(set) var changes: [WeightChange]
  /// The largest number in what is made of a site, by the site's node.
  private(set) var maxima: [NodeID: Double] = [:]

  /// Reads all weights, and those that the plan makes.
  ///
  /// Errors: those of reading the tensors' sources.
  init(_ plan: FoldResult) throws {
    for claim in plan.claims {
      guard case .weight = claim.role, let tensor = Self.target(claim, plan) else { continue }
      weights[claim.linearNode] = tensor
    }
    changes = try WeightChange.all(in: plan.source, folded: weights)
    let largest = Dictionary(
      changes.compactMap { change in change.after.map { (change.node, $0.absoluteMaximum) } },
      uniquingKeysWith: max)
    for claim in plan.claims {
      var maximum = 0.0
      switch claim.role {
      case .weight, .quantizationScale, .quantized:
        maximum = largest[claim.linearNode] ?? 0
      case .bias, .shiftBeforeScale:
        guard let tensor = Self.target(claim, plan) else { continue }
        maximum = try tensor.doubles().reduce(0) { max($0, abs($1)) }
      }
      for node in claim.steps.flatMap(\.affine) {
        maxima[node] = max(maxima[node] ?? 0, maximum)
      }
    }
  }

  /// In Double: a number that does not fit its type is what statistics are to show.
  private static func target(_ claim: FoldClaim, _ plan: FoldResult) -> Tensor? {
    guard var tensor = NodeCost.stored(claim.target, in: plan.model) else { return nil }
    if case .derived = tensor.storage { tensor.dataType = .float64 }
    return tensor
  }
}
