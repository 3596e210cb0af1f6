/// How a network is trained.
struct TrainingOptions: Sendable, Hashable {
  var steps = 10_000
  /// Samples of a mini-batch.
  var batch = 60
  /// The learning rate at the beginning.
  var rate = 0.1
  /// What the rate has been multiplied by in the end, exponentially (§4.2.1); 1: it stays.
  var decay = 1.0
  /// The factor of ½‖W‖² in the loss.
  var l2 = 0.0
  /// How many times accuracy is measured, besides the beginning.
  var evaluations = 100
  /// Mini-batches that the population is estimated from, each time.
  var populationBatches = 20
  var seed: UInt64 = 1

  /// The learning rate of a step: rate · decay^(step/steps).
  func rate(at step: Int) -> Double {
    guard decay > 0, decay != 1, steps > 0 else { return rate }
    return rate * Double.exponential(Double.logarithm(decay) * Double(step) / Double(steps))
  }
}
