internal import ModelVerification

extension VerificationReport {
  /// The verdict as a card.
  var card: HTMLPage.Card {
    // New numbers are as wrong as one rounding makes them, which is their bound: no news.
    let worst = [.regionProbe, .lockstep].compactMap { worstRatio(of: $0) }.max()
    let remark =
      worst.map { "errors reach \(NumberText.fixed($0 * 100, decimals: 0)) % of the bound" } ?? ""
    switch verdict {
    case .passed:
      return HTMLPage.Card(label: "Verification", figure: "verified", remark: remark, tone: .good)
    case .failed:
      return HTMLPage.Card(
        label: "Verification", figure: "DIFFERENT",
        remark: "\(failures.count) \(failures.count == 1 ? "difference" : "differences")",
        tone: .bad)
    case .partlyCovered:
      return HTMLPage.Card(
        label: "Verification", figure: "in part", remark: remark, tone: .warning)
    }
  }

  /// Errors over bounds, what differs, what was not compared, and the figures of outputs.
  var section: HTMLPage.Section {
    var content =
      "<p class=\"about\">Every changed part of the model, and how large its error is beside the "
      + "bound that rounding sets. Below the line is as it must be.</p>" + BoundChart.html(self)
    let items =
      failures.map { item("bad", "differs", $0.layer, $0.graph, $0.subject, $0.message) }
      + warnings.map {
        "<li><span class=\"tag warning\">warning</span> \(HTMLText.escaped($0))</li>"
      }
      + gaps.map { item("warning", "not compared", $0.layer, $0.graph, $0.subject, $0.reason) }
    if !items.isEmpty {
      content += "<ul class=\"findings\">\(items.joined(separator: "\n"))</ul>"
    }
    content += Self.figureTable.html(outputs, caption: "outputs")
    content += Self.regionTable.html(regions, caption: "changed regions")
    return HTMLPage.Section(id: "verification", title: "Error against its bound", content: content)
  }

  private func item(
    _ tone: String, _ word: String, _ layer: VerificationLayer, _ graph: String, _ subject: String,
    _ message: String
  ) -> String {
    let place = graph == "graph" ? subject : "\(graph)/\(subject)"
    return "<li><span class=\"tag \(tone)\">\(word)</span> \(layer.rawValue): "
      + "<code>\(HTMLText.escaped(place))</code>: \(HTMLText.escaped(message))</li>"
  }

  private static let figureTable = RowTable<ValueFigures>(
    columns: [
      .text("name", "output") { $0.name }, .text("type", "type") { $0.type },
      .number("error", "max error") { $0.maximumError },
      .number("relative", "relative") { $0.maximumRelativeError },
      .number("rms", "rms") { $0.rmsWritten }, .number("before", "rms before") { $0.rmsOriginal },
      .decibels("snr", "SNR dB") { $0.signalToNoise },
    ], usual: [], names: { [$0.name] })

  private static let regionTable = RowTable<RegionCheck>(
    columns: [
      .text("outputs", "makes") { $0.outputs.joined(separator: ", ") },
      .number("probe", "probe / bound") { $0.probe.ratio },
      .number("lockstep", "lockstep / bound") { $0.lockstep.ratio },
      .text("nodes", "nodes of the original") { $0.originalNodes.joined(separator: ", ") },
      .text("written", "nodes of the other") { $0.writtenNodes.joined(separator: ", ") },
    ], usual: [], names: { $0.originalNodes })

  /// Nodes of the original in regions that differ, and in all that changed.
  var changedNodes: (all: Set<String>, wrong: Set<String>) {
    var all: Set<String> = []
    var wrong: Set<String> = []
    for region in regions where region.graph == "graph" {
      all.formUnion(region.originalNodes)
      for outcome in [region.probe, region.lockstep] {
        if case .failed = outcome { wrong.formUnion(region.originalNodes) }
      }
    }
    return (all, wrong)
  }
}
