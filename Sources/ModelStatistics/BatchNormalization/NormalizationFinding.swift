public import Operators

/// Something worth knowing about the parameters of one BatchNormalization.
public struct NormalizationFinding: Sendable, Hashable {
  /// How bad it is.
  public enum Severity: Int, Sendable, Hashable, Comparable, CaseIterable {
    /// Worth knowing.
    case note
    /// Probably a mistake.
    case warning
    /// The layer cannot give sensible numbers.
    case error

    /// Worse is larger.
    public static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
  }

  /// What was found.
  public enum Kind: Sendable, Hashable {
    /// NaN or infinite gamma, beta, mean or variance in these channels.
    case notFinite
    /// variance + epsilon ≤ 0: the root has no sense.
    case rootOfNegative
    /// variance < 0, made good by epsilon.
    case negativeVariance
    /// variance < epsilon / 10: epsilon, not the data, decides the scale.
    case varianceBelowEpsilon
    /// |gamma| is at most 10⁻⁴ of the layer's median, or 0: the channel says nothing.
    case deadChannel
    /// |scale| > 10⁴.
    case hugeScale
    /// Every mean is 0 and every variance 1 (or 0): the statistics were never trained.
    case neverTrained
    /// Statistics are made from each batch.
    case trainingMode
    /// One set of parameters for each feature (spatial = 0).
    case perFeature
    /// The file leaves epsilon out; 1e-5 holds.
    case epsilonMissing
    /// Parameters have another number of channels than each other.
    case sizesDiffer
    /// This input (1 scale, 2 bias, 3 mean, 4 variance) is no constant.
    case notConstant(input: Int, Constancy.Reason)
    /// The attributes are malformed.
    case malformed(AttributeError)
    /// A fold keeps it, for this reason.
    case keptByFold(String)
    /// A weight or bias that a fold makes of it reaches this number, beyond half precision's 65504.
    case overflowsHalf(Double)
    /// Data that went through have other statistics: a mean this many stored standard deviations
    /// away, or variances beyond a factor of 4.
    case drift(Double)
  }

  /// What was found.
  public var kind: Kind
  /// The channels it concerns, in order; empty where it concerns the layer.
  public var channels: [Int]

  /// Makes a finding from its parts.
  public init(_ kind: Kind, channels: [Int] = []) {
    self.kind = kind
    self.channels = channels
  }

  /// How bad it is.
  public var severity: Severity {
    switch kind {
    case .notFinite, .rootOfNegative, .sizesDiffer, .malformed: .error
    case .negativeVariance, .hugeScale, .neverTrained, .trainingMode, .drift: .warning
    case .varianceBelowEpsilon, .deadChannel, .perFeature, .epsilonMissing, .notConstant,
      .keptByFold, .overflowsHalf:
      .note
    }
  }
}

extension NormalizationFinding {
  /// Whether this alone is why no fold takes the layer.
  public var preventsFold: Bool {
    switch kind {
    case .notFinite, .rootOfNegative, .sizesDiffer, .malformed, .trainingMode, .perFeature,
      .notConstant:
      true
    default: false
    }
  }
}

extension NormalizationFinding: CustomStringConvertible {
  /// One line: `variance below 0 in 3 channels (4, 7, 12)`.
  public var description: String {
    channels.isEmpty ? text : "\(text) in \(channelText)"
  }

  /// What was found, without the channels: `variance below 0`.
  public var text: String {
    switch kind {
    case .notFinite: "NaN or infinite parameters"
    case .rootOfNegative: "variance + epsilon is not above 0"
    case .negativeVariance: "variance below 0"
    case .varianceBelowEpsilon: "variance below a tenth of epsilon"
    case .deadChannel: "gamma next to 0 (dead)"
    case .hugeScale: "scale beyond 10000"
    case .neverTrained: "mean 0 and variance 1 throughout: statistics were never trained"
    case .trainingMode: "training mode"
    case .perFeature: "one set of parameters for each feature (spatial = 0)"
    case .epsilonMissing: "epsilon is left out; 1e-5 holds"
    case .sizesDiffer: "parameters differ in their number of channels"
    case .notConstant(let input, let reason): "\(Self.inputName(input)) \(reason)"
    case .malformed(let error): "\(error)"
    case .keptByFold(let reason): "a fold keeps it: \(reason)"
    case .overflowsHalf: "folded, its numbers would overflow half precision (65504)"
    case .drift: "the data have other statistics than are stored"
    }
  }

  /// The channels it concerns: `3 channels (4, 7, 12)`; empty where it concerns the layer.
  public var channelText: String {
    guard !channels.isEmpty else { return "" }
    let shown = channels.prefix(6).map(String.init).joined(separator: ", ")
    let rest = channels.count > 6 ? ", …" : ""
    return "\(channels.count) channel\(channels.count == 1 ? "" : "s") (\(shown)\(rest))"
  }

  private static func inputName(_ input: Int) -> String {
    let names = ["X", "scale", "B", "mean", "var"]
    return names.indices.contains(input) ? names[input] : "input \(input)"
  }

  /// A stable name of the kind, for programs: "dead_channel".
  public var key: String {
    switch kind {
    case .notFinite: "not_finite"
    case .rootOfNegative: "root_of_negative"
    case .negativeVariance: "negative_variance"
    case .varianceBelowEpsilon: "variance_below_epsilon"
    case .deadChannel: "dead_channel"
    case .hugeScale: "huge_scale"
    case .neverTrained: "never_trained"
    case .trainingMode: "training_mode"
    case .perFeature: "per_feature"
    case .epsilonMissing: "epsilon_missing"
    case .sizesDiffer: "sizes_differ"
    case .notConstant: "not_constant"
    case .malformed: "malformed"
    case .keptByFold: "kept_by_fold"
    case .overflowsHalf: "overflows_half"
    case .drift: "drift"
    }
  }
}
