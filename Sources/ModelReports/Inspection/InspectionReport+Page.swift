internal import ModelIR
internal import ModelStatistics
internal import Operators

extension InspectionReport: PageReport {
  /// The model at a glance: figures, graph, where parameters and MACs are, batch normalizations.
  public var page: HTMLPage {
    HTMLPage(
      title: path, subtitle: about, cards: cards,
      sections: [
        PageSections.graph(details?.drawing),
        PageSections.layers(layers),
        PageSections.normalizations(details?.normalizations ?? []),
        PageSections.sites(sites),
        operatorSection, portSection,
      ], notes: notes)
  }

  private var cards: [HTMLPage.Card] {
    let cost = inventory.cost
    let folds = foldable
    return [
      HTMLPage.Card(
        label: "Batch normalizations", figure: "\(folds.folded) of \(folds.all)",
        remark: "would fold",
        tone: folds.all == 0 ? .plain : folds.folded == folds.all ? .good : .warning),
      HTMLPage.Card(
        label: "Parameters", figure: CostChart.short(Double(inventory.parameters)),
        remark: inventory.types.first.map { "mostly \($0.dataType.name)" } ?? ""),
      HTMLPage.Card(
        label: "MACs", figure: CostChart.short(Double(cost.multiplyAdds)),
        remark: cost.isComplete ? "for one run" : "\(cost.uncounted.count) nodes not counted"),
      HTMLPage.Card(
        label: "Activations", figure: inventory.peakActivationBytes.map(NumberText.bytes) ?? "?",
        remark: "at the peak"),
      HTMLPage.Card(
        label: "File", figure: NumberText.bytes(bytes),
        remark: "\(NumberText.grouped(inventory.nodes)) nodes"),
    ]
  }

  private var operatorSection: HTMLPage.Section {
    let table = RowTable<(name: String, count: Int)>(
      columns: [.text("operator", "operator") { $0.name }, .count("nodes", "nodes") { $0.count }],
      usual: [], names: { [$0.name] })
    return HTMLPage.Section(
      id: "operators", title: "Operators", content: table.html(operators, caption: "operators"))
  }

  private var portSection: HTMLPage.Section {
    let table = RowTable<(kind: String, line: ValueLine)>(
      columns: [
        .text("name", "name") { $0.line.name }, .text("kind", "kind") { $0.kind },
        .text("type", "type") { $0.line.type }, .text("shape", "shape") { $0.line.shapeText },
      ], usual: [], names: { [$0.line.name] })
    let rows =
      inputs.map { (kind: $0.isOptional ? "optional input" : "input", line: $0) }
      + outputs.map { (kind: "output", line: $0) }
    return HTMLPage.Section(
      id: "ports", title: "Inputs and outputs",
      content: table.html(rows, caption: "inputs and outputs"))
  }
}
