/// What a user can set about the experiments.
public struct ExperimentOptions: Sendable, Hashable {
  /// Steps of each training.
  public var steps = 50_000
  /// Samples of a mini-batch.
  public var batch = 60
  /// The learning rate of the sigmoid networks of §4.1.
  public var sigmoidRate = 0.1
  /// The baseline's learning rate in the comparison of rates.
  public var baseRate = 0.05
  /// The standard deviation of initial weights; nil: √(2/n) with n the inputs of a unit.
  public var deviation: Double?
  /// What learning rates have been multiplied by in the end; 1: they stay.
  public var decay = 1.0
  /// The factor of ½‖W‖² in the loss.
  public var l2 = 0.0
  /// The probability with which hidden activations are dropped in training.
  public var dropout = 0.0
  /// Steps of the networks that are exported.
  public var exportedSteps = 5_000
  /// Units of each hidden layer.
  public var width = 100
  /// How many times accuracy is measured in each training.
  public var evaluations = 100
  /// Where random numbers begin.
  public var seed: UInt64 = 1
  /// How many networks are trained at once.
  public var jobs = 2

  /// The paper's numbers where it gives them.
  public init() {}

  func training(rate: Double, steps: Int? = nil) -> TrainingOptions {
    TrainingOptions(
      steps: steps ?? self.steps, batch: batch, rate: rate, decay: decay, l2: l2,
      evaluations: evaluations,
      seed: seed)
  }

  /// The network of §4.1 as the options have it.
  func plan(
    _ image: ImageShape, _ activation: Activation, isNormalized: Bool
  ) -> NetworkPlan {
    var plan = NetworkPlan.paper(
      width: width, input: image, activation: activation, isNormalized: isNormalized)
    plan.deviation = deviation
    plan.dropout = dropout
    return plan
  }
}
