/// How far the stored statistics of a BatchNormalization are from those of data that went through.
///
///     mean drift     = (mean of data − stored mean) / √(stored variance + epsilon)
///     variance ratio = (variance of data + epsilon) / (stored variance + epsilon)
public struct NormalizationDrift: Sendable, Hashable {
  /// In stored standard deviations, by channel.
  public var meanDrift: [Double]
  /// By channel; 1 is agreement.
  public var varianceRatio: [Double]

  /// Compares; nil where parameters are no constants or channels differ in number.
  public init?(of stored: NormalizationStatistics, data: [Moments]) {
    self.init(of: stored, mean: data.map(\.mean), variance: data.map(\.variance))
  }

  /// Compares with a mean and a variance for each channel; nil where parameters are no constants or
  /// channels differ in number.
  public init?(of stored: NormalizationStatistics, mean: [Double], variance: [Double]) {
    guard let epsilon = stored.epsilon, !mean.isEmpty, mean.count == stored.channels,
      variance.count == stored.channels
    else { return nil }
    meanDrift = mean.indices.map { channel in
      (mean[channel] - stored.mean[channel]) / (stored.variance[channel] + epsilon).squareRoot()
    }
    varianceRatio = mean.indices.map { channel in
      (variance[channel] + epsilon) / (stored.variance[channel] + epsilon)
    }
  }

  /// The largest distance of a channel's mean, in stored standard deviations.
  public var worstMeanDrift: Double { meanDrift.map(abs).max() ?? 0 }

  /// What a user should do something about: channels whose mean is more than 1 stored standard
  /// deviation away, or whose variance is more than 4 times larger or smaller.
  public var finding: NormalizationFinding? {
    let channels = meanDrift.indices.filter { channel in
      let ratio = varianceRatio[channel]
      return !(abs(meanDrift[channel]) <= 1) || !(ratio >= 0.25 && ratio <= 4)
    }
    return channels.isEmpty ? nil : NormalizationFinding(.drift(worstMeanDrift), channels: channels)
  }
}
