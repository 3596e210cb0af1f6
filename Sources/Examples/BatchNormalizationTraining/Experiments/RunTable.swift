internal import ModelReports

/// Trainings as rows.
enum RunTable {
  /// `goal` is the accuracy that steps are counted to.
  static func table(goal: Double) -> RowTable<TrainingRun> {
    let percent = NumberText.fixed(goal * 100, decimals: 2)
    return RowTable(
      columns: [
        .text("name", "network") { $0.name },
        .number("rate", "rate") { $0.options.rate },
        .count("steps", "steps to \(percent) %") { $0.steps(to: goal) },
        .percent("best", "best") { $0.best },
        .percent("final", "in the end") { $0.final },
        .number("drift", "drift of median") { ActivationDrift($0)?.median },
        .number("spread", "largest/least spread") { ActivationDrift($0)?.spreadRatio },
        .text("failure", "") { $0.failure ?? "" },
      ],
      usual: ["name", "rate", "steps", "best", "final", "failure"], names: { [$0.name] })
  }
}

/// Exported networks as rows.
enum NetworkTable {
  static let table = RowTable<FoldedNetwork>(
    columns: [
      .text("name", "network") { $0.name },
      .percent("accuracy", "accuracy") { $0.accuracy },
      .text("folded", "folded") { "\($0.folded) of \($0.normalizations)" },
      .text("weights", "in safetensors") { "\($0.foldedWeights) of \($0.normalizations)" },
      .text("verified", "verified") { $0.isVerified ? "yes" : "no" },
      .number("lockstep", "lockstep") { $0.worstLockstep },
      .count("decided", "decided") { $0.classes.decided },
      .count("same", "same class") { $0.classes.sameOfDecided },
      .count("samples", "of all") { $0.classes.samples },
      .count("sameOfAll", "same of all") { $0.classes.same },
      .number("difference", "largest difference") { $0.classes.largestDifference },
      .number("bound", "error/bound") {
        max($0.classes.worstOriginal, $0.classes.worstFolded)
      },
    ],
    usual: [
      "name", "accuracy", "folded", "weights", "verified", "decided", "same", "samples",
    ], names: { [$0.name] })
}
