public import GraphEvaluation

/// What a verification runs on and what it insists on.
public struct VerificationOptions: Sendable {
  /// Given inputs: for each sample a tensor by input name.
  ///
  /// Inputs that a sample does not name are made up.
  public var inputs: [[String: RuntimeTensor]] = []
  /// What another runtime made of `inputs`: for each sample a tensor by the name of an output or of
  /// any other value of the main graph.
  public var expected: [[String: RuntimeTensor]] = []
  /// How far `expected` may be off.
  public var tolerances = Tolerances()
  /// Seeded samples when no inputs are given.
  public var samples = 1
  /// The seed of samples and of the region probe.
  public var seed: UInt64 = 1
  /// Adds samples of constants, zeros and corner impulses.
  public var thorough = false
  /// Uniform samples between two numbers instead of normal ones, by input name.
  public var inputRanges: [String: ClosedRange<Double>] = [:]
  /// Extents by input name; those of symbolic dimensions are tried otherwise.
  public var shapes: [String: [Int]] = [:]
  /// Makes it a failure when the model could not be run from its inputs to its outputs.
  public var requireEndToEnd = false
  /// Takes initializers that a caller may override as constants.
  public var assumesConstantDefaults = false
  /// Runs the models from end to end (lockstep and figures); otherwise parameters and region probe
  /// are all there is.
  public var runsEndToEnd = true
  /// What each evaluation may use.
  public var evaluation: EvaluationOptions

  /// The defaults: one normal sample, all layers.
  public init(evaluation: EvaluationOptions = EvaluationOptions(keepsConstants: false)) {
    self.evaluation = evaluation
  }
}
