internal import ModelStatistics

extension StatisticsReport: PageReport {
  /// The model's numbers: health of batch normalizations, weights, activations, tensors.
  public var page: HTMLPage {
    HTMLPage(
      title: path, subtitle: subtitle, cards: cards,
      sections: [
        PageSections.normalizations(normalizations),
        PageSections.weights(weights),
        HTMLPage.Section(
          id: "activations", title: "Activations",
          content: ActivationTable.table.html(activations, caption: "activations")),
        HTMLPage.Section(
          id: "tensors", title: "Stored tensors",
          content: TensorTable.table.html(tensors, caption: "tensors")),
        PageSections.graph(drawing),
      ], notes: notes)
  }

  private var subtitle: String {
    samples.isEmpty
      ? "statistics of what is stored" : "statistics on \(samples.joined(separator: ", "))"
  }

  private var cards: [HTMLPage.Card] {
    func count(_ severity: NormalizationFinding.Severity) -> Int {
      normalizations.reduce(0) { sum, line in
        sum + line.statistics.findings.count { $0.severity == severity }
      }
    }
    let (errors, warnings) = (count(.error), count(.warning))
    var cards = [
      HTMLPage.Card(
        label: "Health of \(normalizations.count) BN",
        figure: errors > 0 ? "\(errors) errors" : warnings > 0 ? "\(warnings) warnings" : "good",
        remark: "\(warnings) warnings, \(count(.note)) notes",
        tone: errors > 0 ? .bad : warnings > 0 ? .warning : .good)
    ]
    if let worst = weights.max(by: { ($0.loss ?? -1e9) < ($1.loss ?? -1e9) }), let loss = worst.loss
    {
      cards.append(
        HTMLPage.Card(
          label: "int8 loss by folding", figure: "\(NumberText.fixed(loss, decimals: 1)) dB",
          remark: "at worst: \(DisplayWidth.cutMiddle(worst.name, to: 24, ellipsis: "…"))",
          tone: loss > 6 ? .warning : .good))
    }
    let drifts = normalizations.compactMap { $0.drift?.worstMeanDrift }
    if let worst = drifts.max() {
      cards.append(
        HTMLPage.Card(
          label: "Drift from the data", figure: "\(NumberText.significant(worst)) sd",
          remark: "of a mean, at worst", tone: worst > 1 ? .warning : .good))
    }
    let specials = tensors.reduce(0) {
      $0 + ($1.statistics.map { $0.counts.notNumbers + $0.counts.infinities } ?? 0)
    }
    cards.append(
      HTMLPage.Card(
        label: "NaN and infinities", figure: NumberText.grouped(specials),
        remark: "in \(tensors.count) tensors", tone: specials > 0 ? .bad : .good))
    return cards
  }
}
