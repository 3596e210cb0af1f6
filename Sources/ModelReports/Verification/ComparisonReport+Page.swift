internal import ModelVerification

extension ComparisonReport: PageReport {
  /// The verdict, errors against bounds, and where in the graph they are.
  public var page: HTMLPage {
    var drawing = details?.drawing
    let changed = verification.changedNodes
    drawing?.mark(changed.all, .changed)
    drawing?.mark(changed.wrong, .wrong)
    return HTMLPage(
      title: "\(original) and \(written ?? "recorded numbers")",
      subtitle: "do they compute the same?", cards: cards,
      sections: [
        verification.section, PageSections.graph(drawing),
        PageSections.layers(details?.layers ?? []),
      ], notes: notes)
  }

  private var cards: [HTMLPage.Card] {
    let elements = verification.parameters.reduce(0) { $0 + $1.elements }
    return [
      verification.card,
      HTMLPage.Card(
        label: "Changed regions", figure: NumberText.grouped(verification.regions.count),
        remark: "\(NumberText.grouped(verification.provenRegions)) are equal"),
      HTMLPage.Card(
        label: "Recomputed", figure: NumberText.grouped(elements), remark: "new numbers"),
      HTMLPage.Card(
        label: "Samples", figure: NumberText.grouped(verification.completeSamples),
        remark: "run from end to end"),
    ]
  }
}
