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
    case .negativeVariance, .hugeScale, .neverTrained, .trainingMode: .warning
    case .varianceBelowEpsilon, .deadChannel, .perFeature, .epsilonMissing, .notConstant: .note
    }
  }
}

extension NormalizationFinding: CustomStringConvertible {
  /// One line: `variance below 0 in 3 channels (4, 7, 12)`.
  public var description: String {
    let text =
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
      }
    guard !channels.isEmpty else { return text }
    let shown = channels.prefix(6).map(String.init).joined(separator: ", ")
    let rest = channels.count > 6 ? ", …" : ""
    return "\(text) in \(channels.count) channel\(channels.count == 1 ? "" : "s") (\(shown)\(rest))"
  }

  private static func inputName(_ input: Int) -> String {
    let names = ["X", "scale", "B", "mean", "var"]
    return names.indices.contains(input) ? names[input] : "input \(input)"
  }
}
