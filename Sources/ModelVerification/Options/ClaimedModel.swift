public import ModelIR

/// The model that a fold's claims are about, where that is not the original itself: the original
/// with some calls replaced by the bodies of the functions they call.
///
/// It serves the recomputation of claims alone. What the regions and the end-to-end runs compare
/// with is always the original, whose calls the evaluator runs.
public struct ClaimedModel: Sendable {
  /// The model.
  public var model: Model
  /// For each node that stands in the place of a call, the call of the original.
  public var calls: [NodeID: NodeID]

  /// Makes it from its parts.
  public init(_ model: Model, calls: [NodeID: NodeID] = [:]) {
    self.model = model
    self.calls = calls
  }
}
