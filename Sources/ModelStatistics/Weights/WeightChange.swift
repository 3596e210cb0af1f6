public import ModelIR
internal import Operators

/// A layer's weight as it is stored and, where a fold changes it, as it would be.
///
/// Folding multiplies channels by their scales, so this shows where ranges drift apart and what
/// that costs in 8 bits.
public struct WeightChange: Sendable {
  /// The layer in the model as it is.
  public var node: NodeID
  /// The name of the weight's value.
  public var name: String
  /// The weight as it is stored.
  public var before: WeightProfile
  /// The weight as it would be; nil where no fold changes it.
  public var after: WeightProfile?

  /// Looks at the weights of all layers that are sums of products.
  ///
  /// `folded` gives the new weight of a layer, where it gets one.
  /// Errors: those of `Tensor.forEachPiece`.
  public static func all(
    in model: Model, folded: [NodeID: Tensor] = [:]
  ) throws -> [WeightChange] {
    try LinearWeight.all(in: model).compactMap { weight in
      guard let tensor = NodeCost.stored(weight.value, in: model) else { return nil }
      var before = try WeightProfile(tensor, channels: weight.channels)
      var after: WeightProfile?
      if let new = folded[weight.node], new.shape.rank == tensor.shape.rank {
        // One range for both, so that the histograms can be laid side by side.
        let profile = try WeightProfile(new, channels: weight.channels)
        let range = max(before.range, profile.range)
        after = profile
        try after?.widen(to: range, of: new)
        try before.widen(to: range, of: tensor)
      }
      return WeightChange(
        node: weight.node, name: model[weight.value].name, before: before, after: after)
    }
  }
}
