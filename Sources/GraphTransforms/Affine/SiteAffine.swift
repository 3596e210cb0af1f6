public import ModelIR

/// What a site's node does to each of its channels: y = scale·x + shift.
public struct SiteAffine: Sendable {
  /// What a BatchNormalization knows about the values it reads.
  public struct Statistics: Sendable {
    /// The mean of each channel.
    public var mean: [Double]
    /// The population variance of each channel.
    public var variance: [Double]
  }

  /// Nodes of the input model that make the affine, in the order they are applied.
  public var nodes: [NodeID]
  /// One factor per channel.
  public var scale: [Double]
  /// One summand per channel.
  public var shift: [Double]
  /// |beta| + |scale·mean|: what the rounding of the shift's own parameters is relative to.
  public var shiftMagnitude: [Double]
  /// The unit roundoff of the parameters' type.
  public var roundoff: Double
  /// The statistics of a BatchNormalization.
  public var statistics: Statistics?

  /// Whether a channel's shift is within the rounding of its own parameters:
  /// |shift| ≤ u·(|beta| + |scale·mean|).
  public func shiftCountsAsZero(_ channel: Int) -> Bool {
    abs(shift[channel]) <= roundoff * shiftMagnitude[channel]
  }
}
