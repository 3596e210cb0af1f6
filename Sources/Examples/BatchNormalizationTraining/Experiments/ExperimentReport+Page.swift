public import ModelReports

extension ExperimentReport: PageReport {
  /// The report as a page of charts and tables.
  public var page: HTMLPage {
    HTMLPage(
      title: "Batch normalization at work",
      subtitle: "\(NumberText.grouped(options.steps)) steps of \(options.batch) samples; "
        + "\(NumberText.grouped(digits.counts.training)) digits to train with, "
        + "\(NumberText.grouped(digits.counts.test)) to test with: \(digits.source)",
      cards: cards, sections: [sigmoidSection, rateSection, networkSection],
      notes: [
        "Ioffe and Szegedy, Batch Normalization: Accelerating Deep Network Training by Reducing "
          + "Internal Covariate Shift, arXiv 1502.03167"
      ])
  }

  private var cards: [HTMLPage.Card] {
    var cards: [HTMLPage.Card] = []
    if let plain = sigmoid.first, let normalized = sigmoid.last, sigmoid.count == 2 {
      let steps = normalized.steps(to: plain.best).map(NumberText.grouped) ?? "–"
      let all = plain.steps(to: plain.best).map(NumberText.grouped) ?? "–"
      cards.append(
        .init(
          label: "steps to \(percent(plain.best)) with sigmoids", figure: steps,
          remark: "with BN; \(all) without"))
    }
    if let baseline = rates.first {
      let fastest = rates.compactMap { run in run.steps(to: baseline.best).map { ($0, run.name) } }
        .min { $0.0 < $1.0 }
      cards.append(
        .init(
          label: "steps to the baseline's \(percent(baseline.best))",
          figure: fastest.map { NumberText.grouped($0.0) } ?? "–", remark: fastest?.1 ?? ""))
    }
    for network in networks {
      let isGood =
        network.classes.holds && network.isVerified && network.folded == network.normalizations
      cards.append(
        .init(
          label: "\(network.name), folded",
          figure: "\(network.classes.sameOfDecided) of \(network.classes.decided)",
          remark: "same class where the lead exceeds the bound", tone: isGood ? .good : .bad))
    }
    return cards
  }

  private func percent(_ part: Double) -> String {
    NumberText.fixed(part * 100, decimals: 2) + " %"
  }

  private static let colors: [LineChart.Color] = [.grey, .blue, .violet, .green, .amber, .red]

  /// A line for each network.
  private func lines(
    _ runs: [TrainingRun], title: String, range: ClosedRange<Double>? = nil,
    _ number: (TrainingRun.Checkpoint) -> Double?
  ) -> String {
    let series = runs.enumerated().map { place, run in
      LineChart.Series(
        run.name, Self.colors[place % Self.colors.count],
        run.checkpoints.compactMap { checkpoint in
          number(checkpoint).map { (Double(checkpoint.step), $0) }
        })
    }
    let chart = LineChart(title: title, horizontal: "steps", series: series, range: range)
    return "<div>\(chart.html)</div>"
  }

  private var sigmoidSection: HTMLPage.Section {
    let id = "sigmoid"
    let title = "Three layers of \(options.width) sigmoids, with and without BN (§4.1)"
    guard !sigmoid.isEmpty else { return .init(id: id, title: title, content: "") }
    let tracks = sigmoid.map { percentileChart($0, range: percentileRange) }
    let about =
      "<p class=\"about\">The {15, 50, 85}th percentiles of what a typical unit of the last hidden "
      + "layer reads, over the test samples. Drift is the mean change of the median from one "
      + "checkpoint to the next, over the distance of the outer percentiles.</p>"
    return .init(
      id: id, title: title,
      content: "<div class=\"pair\">"
        + lines(sigmoid, title: "test accuracy, %", range: 0...100) { $0.accuracy * 100 }
        + lines(sigmoid, title: "cross-entropy of the mini-batches") { $0.loss } + "</div>" + about
        + "<div class=\"pair\">\(tracks.joined())</div>"
        + RunTable.table(goal: Self.goal(of: sigmoid)).html(sigmoid, caption: "sigmoid networks"))
  }

  /// One range for all networks, so that they compare.
  private var percentileRange: ClosedRange<Double>? {
    let all = sigmoid.flatMap { run in
      run.checkpoints.compactMap { checkpoint in
        ActivationDrift(run).map { checkpoint.activations[$0.typicalUnit] }
      }
    }
    guard let low = all.map(\.low).min(), let high = all.map(\.high).max(), low < high else {
      return nil
    }
    return low...high
  }

  private func percentileChart(_ run: TrainingRun, range: ClosedRange<Double>?) -> String {
    guard let unit = ActivationDrift(run)?.typicalUnit else { return "" }
    let color: LineChart.Color = run.plan.isNormalized ? .blue : .grey
    func points(_ part: (Percentiles) -> Double) -> [(x: Double, y: Double)] {
      run.checkpoints.compactMap { checkpoint in
        checkpoint.activations.indices.contains(unit)
          ? (Double(checkpoint.step), part(checkpoint.activations[unit])) : nil
      }
    }
    return "<div>"
      + LineChart(
        title: "\(run.name): input of the last sigmoid", horizontal: "steps",
        series: [
          .init("85th percentile", color, points(\.high), isThin: true),
          .init("median", color, points(\.middle)),
          .init("15th percentile", color, points(\.low), isThin: true),
        ], range: range
      ).html + "</div>"
  }

  private var rateSection: HTMLPage.Section {
    let id = "rates"
    let title = "Higher learning rates (§4.2.2)"
    guard !rates.isEmpty else { return .init(id: id, title: title, content: "") }
    let normalized = rates.enumerated().filter { $0.offset == 0 || $0.element.plan.isNormalized }
      .map(\.element)
    let plain = rates.filter { !$0.plan.isNormalized }
    return .init(
      id: id, title: title,
      content: "<div class=\"pair\">"
        + lines(
          normalized, title: "test accuracy with BN, and of the baseline, %", range: 80...100
        ) { $0.accuracy * 100 }
        + lines(plain, title: "test accuracy without BN, %", range: 80...100) { $0.accuracy * 100 }
        + "</div>"
        + RunTable.table(goal: Self.goal(of: rates)).html(rates, caption: "networks and rates"))
  }

  private var networkSection: HTMLPage.Section {
    let id = "networks"
    let title = "Trained, frozen, exported, folded"
    guard !networks.isEmpty else { return .init(id: id, title: title, content: "") }
    let about =
      "<p class=\"about\">Where the best score of the network in double precision leads the others "
      + "by more than rounding can do, model and folded model must give its class.</p>"
    return .init(
      id: id, title: title,
      content: about + NetworkTable.table.html(networks, caption: "exported networks"))
  }
}
