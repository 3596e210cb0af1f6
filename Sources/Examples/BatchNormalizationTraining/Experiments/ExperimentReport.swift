public import ModelReports

/// What the experiments showed.
public struct ExperimentReport: Sendable {
  /// The name of the JSON object.
  public static let schema = "bn-experiment.report"

  let options: ExperimentOptions
  let digits: DigitCollection
  var sigmoid: [TrainingRun] = []
  var rates: [TrainingRun] = []
  var networks: [FoldedNetwork] = []

  init(options: ExperimentOptions, digits: DigitCollection) {
    self.options = options
    self.digits = digits
  }

  /// Whether every exported network was folded, verified, and gives the classes it gave before.
  public var holds: Bool {
    networks.allSatisfy { network in
      network.isVerified && network.folded == network.normalizations
        && network.foldedWeights == network.normalizations && network.classes.holds
    }
  }

  /// The accuracy that the others are measured by: the best of the first.
  static func goal(of runs: [TrainingRun]) -> Double { runs.first?.best ?? 0 }

  /// Text for people.
  public func text(_ style: TextStyle) -> String {
    var lines = [
      "\(NumberText.grouped(digits.counts.training)) digits to train with, "
        + "\(NumberText.grouped(digits.counts.test)) to test with: \(digits.source)"
    ]
    func table(_ title: String, _ runs: [TrainingRun]) {
      guard !runs.isEmpty else { return }
      lines += ["", title]
      let table = RunTable.table(goal: Self.goal(of: runs))
      lines += table.lines(runs, RowSelection(), indent: 2, style)
    }
    table("Three layers of \(options.width) sigmoids (§4.1)", sigmoid)
    table("Higher learning rates (§4.2.2)", rates)
    if !networks.isEmpty {
      lines += ["", "Trained, frozen, exported, folded"]
      lines += NetworkTable.table.lines(networks, RowSelection(), indent: 2, style)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
