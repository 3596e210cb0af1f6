public import ModelStatistics

/// What one batch normalization read: moments by channel of all of it, and within each mini-batch.
///
///     channels   count, mean and Σ(x − mean)² over everything
///     within     Σ over mini-batches of Σ(x − mean of the mini-batch)²
///
/// Two of them are joined by Chan's formula (`Moments.add`), never by E[x²] − E[x]².
public struct NormalizationMoments: Sendable, Hashable {
  /// By channel; empty before the first mini-batch.
  public private(set) var channels: [Moments] = []
  /// The squares of the distances from the mini-batch's own mean, by channel.
  public private(set) var within: [Double] = []
  /// How many mini-batches there were.
  public private(set) var batches = 0

  /// Nothing was seen yet.
  public init() {}

  /// Moments that were taken before; nil where the parts do not belong together.
  public init?(channels: [Moments], within: [Double], batches: Int) {
    guard channels.count == within.count, batches >= 0, (batches == 0) == channels.isEmpty,
      within.allSatisfy({ !($0 < 0) }), channels.allSatisfy({ $0.count == channels[0].count }),
      channels.first.map({ $0.count >= batches }) ?? true
    else { return nil }
    self.channels = channels
    self.within = within
    self.batches = batches
  }

  /// Numbers of each channel that were seen.
  public var count: Int { channels.first?.count ?? 0 }

  /// Whether another one has the same numbers bit by bit, NaN included.
  public func hasSameBits(as other: NormalizationMoments) -> Bool {
    batches == other.batches && channels.count == other.channels.count
      && channels.indices.allSatisfy { channel in
        let (a, b) = (channels[channel], other.channels[channel])
        return a.count == b.count && a.mean.bitPattern == b.mean.bitPattern
          && a.sumOfSquares.bitPattern == b.sumOfSquares.bitPattern
          && within[channel].bitPattern == other.within[channel].bitPattern
      }
  }

  /// Adds one mini-batch by the moments of its channels; one of another number of channels is
  /// refused.
  @discardableResult
  public mutating func add(batch: [Moments]) -> Bool {
    add(
      NormalizationMoments(channels: batch, within: batch.map(\.sumOfSquares), batches: 1)
        ?? NormalizationMoments())
  }

  /// Adds what another one saw after this one; one of another number of channels is refused.
  @discardableResult
  public mutating func add(_ other: NormalizationMoments) -> Bool {
    guard other.batches > 0 else { return true }
    guard batches > 0 else {
      self = other
      return true
    }
    guard channels.count == other.channels.count else { return false }
    for channel in channels.indices {
      channels[channel].add(other.channels[channel])
      within[channel] += other.within[channel]
    }
    batches += other.batches
    return true
  }
}
