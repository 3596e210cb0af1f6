/// The paper's experiments, on digits.
public struct Experiment: Sendable {
  /// What there is to do.
  public enum Part: String, Sendable, CaseIterable {
    /// §4.1: three layers of sigmoids with and without batch normalization.
    case sigmoid
    /// §4.2.2 on a network of that size: higher learning rates.
    case rates
    /// Two networks that are trained, frozen, exported, folded, verified and compared.
    case networks
  }

  private let options: ExperimentOptions
  private let digits: DigitCollection

  /// Experiments with some digits.
  public init(_ options: ExperimentOptions, digits: DigitCollection) {
    self.options = options
    self.digits = digits
  }

  /// Does some parts; models are written to `folder`, and `progress` is told lines of text, from
  /// several threads.
  ///
  /// Errors: `FileAccessError` where models cannot be written; others would be bugs.
  public func run(
    _ parts: [Part], writingTo folder: String, progress: @escaping @Sendable (String) -> Void
  ) throws -> ExperimentReport {
    var report = ExperimentReport(options: options, digits: digits)
    if parts.contains(.sigmoid) { report.sigmoid = train(sigmoidJobs, progress) }
    if parts.contains(.rates) { report.rates = train(rateJobs, progress) }
    if parts.contains(.networks) {
      report.networks = try exportedJobs.map { job in
        try Self.export(job, named: job.name, digits: digits, folder: folder, progress)
      }
    }
    return report
  }

  private func train(
    _ jobs: [TrainingJob], _ progress: @escaping @Sendable (String) -> Void
  ) -> [TrainingRun] {
    TrainingJob.run(jobs, digits: digits, atOnce: options.jobs) { name, checkpoint in
      progress("\(name): step \(checkpoint.step), accuracy \(checkpoint.accuracy)")
    }
  }

  private func job(
    _ name: String, _ activation: Activation, isNormalized: Bool, rate: Double
  ) -> TrainingJob {
    TrainingJob(
      name: name, plan: options.plan(digits.image, activation, isNormalized: isNormalized),
      options: options.training(rate: rate))
  }

  private var sigmoidJobs: [TrainingJob] {
    [false, true].map { isNormalized in
      job(
        isNormalized ? "with BN" : "without BN", .sigmoid, isNormalized: isNormalized,
        rate: options.sigmoidRate)
    }
  }

  /// The rows of the paper's table, then what the network without batch normalization does at the
  /// same rates.
  private var rateJobs: [TrainingJob] {
    let base = options.baseRate
    return [
      job("baseline", .relu, isNormalized: false, rate: base),
      job("BN", .relu, isNormalized: true, rate: base),
      job("BN ×5", .relu, isNormalized: true, rate: 5 * base),
      job("BN ×30", .relu, isNormalized: true, rate: 30 * base),
      job("BN ×5 sigmoid", .sigmoid, isNormalized: true, rate: 5 * base),
      job("without BN ×5", .relu, isNormalized: false, rate: 5 * base),
      job("without BN ×30", .relu, isNormalized: false, rate: 30 * base),
      job("without BN ×5 sigmoid", .sigmoid, isNormalized: false, rate: 5 * base),
    ]
  }

  private var exportedJobs: [TrainingJob] {
    let rate = 5 * options.baseRate
    var training = options.training(rate: rate, steps: options.exportedSteps)
    training.evaluations = min(10, options.exportedSteps)
    return [
      TrainingJob(
        name: "mlp", plan: options.plan(digits.image, .sigmoid, isNormalized: true),
        options: training),
      TrainingJob(name: "cnn", plan: .convolutional(input: digits.image), options: training),
    ]
  }

  static func export(
    _ job: TrainingJob, named name: String, digits: DigitCollection, folder: String,
    _ progress: @Sendable (String) -> Void
  ) throws -> FoldedNetwork {
    let trainer = Trainer(name: job.name, job.plan, job.options, digits: digits)
    let run = trainer.train {
      progress("\(job.name): step \($0.step), accuracy \($0.accuracy)")
    }
    return try FoldedNetwork.make(
      trainer.network, accuracy: run.final, name: name, folder: folder, test: digits.test)
  }
}
