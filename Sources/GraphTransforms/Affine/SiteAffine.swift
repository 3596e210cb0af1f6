internal import ModelIR

/// What a site's node does to each of its channels: y = scale·x + shift.
struct SiteAffine: Sendable {
  /// What a BatchNormalization knows about the values it reads.
  struct Statistics: Sendable {
    /// The mean of each channel.
    var mean: [Double]
    /// The population variance of each channel.
    var variance: [Double]
  }

  /// Nodes of the input model that make part of an affine, in the order they are applied.
  struct Part: Sendable {
    var nodes: [NodeID]
    /// False where only their scale is part of it.
    var addsShift: Bool
  }

  /// Nodes of the input model that make the affine, in the order they are applied; none where
  /// they do not make it whole.
  var nodes: [NodeID]
  /// What makes it then, one after the other; none where nothing of the input model does.
  var parts: [Part] = []
  /// One factor per channel.
  var scale: [Double]
  /// One summand per channel.
  var shift: [Double]
  /// |beta| + |scale·mean|: what the rounding of the shift's own parameters is relative to.
  var shiftMagnitude: [Double]
  /// The unit roundoff of the parameters' type.
  var roundoff: Double
  /// The statistics of a BatchNormalization.
  var statistics: Statistics?

  /// Whether a channel's shift is within the rounding of its own parameters:
  /// |shift| ≤ u·(|beta| + |scale·mean|).
  func shiftCountsAsZero(_ channel: Int) -> Bool {
    abs(shift[channel]) <= roundoff * shiftMagnitude[channel]
  }
}
