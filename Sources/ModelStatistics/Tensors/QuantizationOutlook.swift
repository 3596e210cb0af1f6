public import ModelIR

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What a weight would lose if it were stored in 8 bits, symmetrically around 0.
///
///     q = round(x / step) · step,   step = absolute maximum / 127
///     SNR = 10·log₁₀(Σx² / Σ(x − q)²)   in decibels
///
/// once with one step for the tensor, once with one for each channel. Folding scales channels, so
/// this is where ranges drift apart.
public struct QuantizationOutlook: Sendable, Hashable {
  /// Decibels with one step for the tensor; infinite where nothing is lost.
  public var perTensor: Double
  /// Decibels with one step for each channel.
  public var perChannel: Double
  /// The largest of the channels' absolute maxima over the smallest above 0; nil without any.
  public var spread: Double?

  /// Reads a weight whose channels `index` tells.
  ///
  /// Complexity: two passes.
  /// Errors: those of `Tensor.forEachPiece`.
  public init(_ tensor: Tensor, index: ChannelIndex) throws {
    let channels = try ChannelStatistics(tensor, index: index)
    let steps = channels.counts.map { $0.absoluteMaximum / 127 }
    let step = steps.max() ?? 0
    var power = 0.0
    var losses = (tensor: 0.0, channel: 0.0)
    try ChannelRuns(tensor.shape, index).forEach(of: tensor) { channel, run in
      for element in run where element.isFinite {
        power += element * element
        losses.tensor += Self.squaredLoss(element, step)
        losses.channel += Self.squaredLoss(element, steps[channel])
      }
    }
    perTensor = Self.decibels(power, losses.tensor)
    perChannel = Self.decibels(power, losses.channel)
    spread = channels.spread
  }

  private static func squaredLoss(_ element: Double, _ step: Double) -> Double {
    guard step > 0 else { return 0 }
    let loss = element - (element / step).rounded(.toNearestOrEven) * step
    return loss * loss
  }

  private static func decibels(_ power: Double, _ loss: Double) -> Double {
    loss > 0 ? 10 * log10(power / loss) : .infinity
  }
}
