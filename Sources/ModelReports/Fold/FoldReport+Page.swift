internal import ModelVerification

extension FoldReport: PageReport {
  /// What the fold did, and how it is known to be right.
  public var page: HTMLPage {
    HTMLPage(
      title: output == "(plan)" ? input : "\(input) → \(output)", subtitle: subtitle, cards: cards,
      sections: [
        PageSections.graph(details?.drawing)
      ] + (verification.map { [$0.section] } ?? []) + [
        PageSections.sites(sites),
        PageSections.normalizations(details?.normalizations ?? []),
        PageSections.weights(details?.weights ?? []),
        PageSections.layers(details?.layers ?? []),
      ], notes: notes)
  }

  private var subtitle: String {
    switch ending {
    case .written: "batch normalization folded into the neighbouring layers"
    case .copied: "nothing could be folded: the output is a copy"
    case .planned: "what a fold would do; nothing was written"
    case .refused(let reason): "no output was written: \(reason)"
    case .keptForStudy(let reason): "\(reason); the output was written for study"
    }
  }

  private var cards: [HTMLPage.Card] {
    let all = before.batchNormalizations
    let gone = all - after.batchNormalizations
    var cards = [
      HTMLPage.Card(
        label: "Batch normalizations", figure: "\(gone) of \(all)", remark: "folded",
        tone: all == 0 ? .plain : gone == all ? .good : .warning)
    ]
    if let verification {
      cards.append(verification.card)
    } else if ending == .written {
      cards.append(
        HTMLPage.Card(
          label: "Verification", figure: "left out", remark: "--no-verify", tone: .warning))
    }
    for (label, path) in [
      ("Nodes", \ModelTotals.nodes), ("Parameters", \ModelTotals.parameters),
      ("Bytes", \ModelTotals.bytes),
    ] {
      let (old, new) = (before[keyPath: path], after[keyPath: path])
      cards.append(
        HTMLPage.Card(
          label: label, figure: NumberText.change(new - old, TextStyle(isUnicode: true)),
          remark: "\(NumberText.grouped(old)) → \(NumberText.grouped(new))"))
    }
    return cards
  }
}
