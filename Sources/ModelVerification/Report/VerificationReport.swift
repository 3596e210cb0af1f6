/// What a comparison of two models found, what it covered and what it did not.
public struct VerificationReport: Sendable {
  /// The answer.
  public enum Verdict: String, Sendable, Hashable {
    /// Everything was compared and nothing differs beyond its bound.
    case passed
    /// Something differs.
    case failed
    /// Nothing differs as far as it could be compared; `gaps` says what could not.
    case partlyCovered = "partly covered"
  }

  /// The answer.
  public var verdict: Verdict = .passed
  /// Every difference beyond its bound, in graph order within a layer.
  public var failures: [VerificationFailure] = []
  /// What was not compared, and why.
  public var gaps: [CoverageGap] = []
  /// Oddities that are no proof of a difference.
  public var warnings: [String] = []
  /// Layer 1: every new tensor that was recomputed.
  public var parameters: [ParameterCheck] = []
  /// Layers 2 and 3: every part of a graph that is not the same in both models.
  public var regions: [RegionCheck] = []
  /// Parts of the graphs that are equal in nodes, attributes and weights.
  public var provenRegions = 0
  /// The original's nodes in them.
  public var provenNodes = 0
  /// Constants that both models have, bit for bit.
  public var equalConstants = 0
  /// The inputs on which the models ran.
  public var samples: [SampleRecord] = []
  /// Layer 4: figures of each output, the worst over all samples.
  public var outputs: [ValueFigures] = []
  /// Layer 4: figures of each surviving float value behind a change, the worst over all samples.
  public var values: [ValueFigures] = []

  /// Adds a sample; one like the last before it is only counted, so that a million of them take no
  /// memory.
  mutating func note(_ sample: SampleRecord) {
    if let last = samples.last, last.isLike(sample) {
      samples[samples.count - 1].count += 1
    } else {
      samples.append(sample)
    }
  }

  /// Numbers that another runtime recorded, each sample by itself.
  public var recorded: [RecordedCheck] = []
  /// Whether two models were compared, not recorded numbers with one alone.
  public var comparesModels = true

  /// An empty report.
  public init() {}

  /// Whether every output was computed by both models on at least one sample.
  public var ranEndToEnd: Bool { samples.contains { $0.problem == nil } }

  /// Samples on which both models ran from their inputs to their outputs.
  public var completeSamples: Int {
    samples.reduce(0) { $0 + ($1.problem == nil ? $1.count : 0) }
  }

  /// The largest error of a layer as a fraction of its bound; nil when it compared nothing.
  public func worstRatio(of layer: VerificationLayer) -> Double? {
    switch layer {
    case .interface: nil
    case .parameters: parameters.map(\.worstRatio).max()
    case .regionProbe: regions.compactMap(\.probe.ratio).max()
    case .lockstep: regions.compactMap(\.lockstep.ratio).max()
    case .asDeployed: values.compactMap(\.deploymentRatio).max()
    case .recorded: recorded.map(\.worstRatio).max()
    }
  }
}
