/// What became of a training.
struct TrainingRun: Sendable {
  /// What was measured at one moment.
  struct Checkpoint: Sendable {
    /// Steps that were made before.
    var step: Int
    /// The part of the test samples that the frozen network puts into the right class.
    var accuracy: Double
    /// The mean cross-entropy of the mini-batches since the last checkpoint; nil before the first.
    var loss: Double?
    /// What the last hidden activation function reads on the test samples, unit by unit.
    var activations: [Percentiles]
  }

  var name: String
  var plan: NetworkPlan
  var options: TrainingOptions
  var checkpoints: [Checkpoint] = []
  /// The step at which the loss, or a score of a test sample, was no finite number any more.
  var divergedAt: Int?

  /// The highest accuracy at any checkpoint.
  var best: Double { checkpoints.map(\.accuracy).max() ?? 0 }

  /// The accuracy in the end.
  var final: Double { checkpoints.last?.accuracy ?? 0 }

  /// How it ended badly, if it did: a loss that is no number, or classes no better than guessed.
  var failure: String? {
    if let divergedAt { return "diverged at step \(divergedAt)" }
    return final * Double(plan.classes) < 2 ? "no better than guessing" : nil
  }

  /// Steps until a checkpoint first reached an accuracy; nil: none did.
  func steps(to accuracy: Double) -> Int? {
    checkpoints.first { $0.accuracy >= accuracy }?.step
  }
}
