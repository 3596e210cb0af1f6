internal import ModelStatistics

/// The sections that pages are made of; each is empty where there is nothing to show.
enum PageSections {
  typealias Section = HTMLPage.Section

  static func graph(_ drawing: GraphDrawing?) -> Section {
    let limit = 4000
    guard let drawing, !drawing.glyphs.isEmpty else {
      return Section(id: "graph", title: "Graph", content: "")
    }
    let content =
      drawing.glyphs.count <= limit
      ? "<p class=\"about\">Nodes in the order in which they run, from left to right, line by "
        + "line, without those that only compute shapes; point at one for its name.</p>"
        + GraphChart.html(drawing)
      : "<p class=\"about\">\(NumberText.grouped(drawing.glyphs.count)) nodes are too many to "
        + "draw; the table of layers has them all.</p>"
    return Section(id: "graph", title: "Graph", content: content)
  }

  static func layers(_ layers: [LayerLine]) -> Section {
    let hasBodies = layers.contains { !$0.graph.isEmpty }
    let keys = LayerTable.keys.filter { hasBodies || $0 != "graph" }
    return Section(
      id: "layers", title: "Where parameters and MACs are",
      content: CostChart.html(layers)
        + LayerTable.table.html(layers, caption: "layers", columns: keys))
  }

  static func normalizations(_ lines: [NormalizationLine]) -> Section {
    func entries(_ numbers: (NormalizationLine) -> [Double]) -> [SpreadChart.Entry] {
      lines.map { line in
        SpreadChart.Entry(
          name: line.name, numbers: numbers(line),
          isMarked: (line.statistics.severity ?? .note) > .note)
      }
    }
    let scales = SpreadChart.html(
      entries { $0.statistics.scale.map(abs) }, title: "|scale| by channel", color: "blue")
    let variances = SpreadChart.html(
      entries { $0.statistics.variance }, title: "stored variance by channel", color: "violet")
    guard !lines.isEmpty else {
      return Section(id: "normalizations", title: "Batch normalizations", content: "")
    }
    let content =
      "<p class=\"about\">Each bar is one batch normalization: the line from its smallest to its "
      + "largest channel, the box around the middle half. Red ones have warnings or errors.</p>"
      + "<div class=\"pair\">\(scales)\(variances)</div>" + findings(lines)
      + NormalizationTable.table.html(lines, caption: "batch normalizations")
    return Section(id: "normalizations", title: "Health of batch normalizations", content: content)
  }

  /// Each kind of finding once, the worst first, with all places.
  private static func findings(_ lines: [NormalizationLine]) -> String {
    let groups = FindingGroup.groups(of: lines)
    guard !groups.isEmpty else { return "" }
    let items = groups.map { group in
      let places = group.places.prefix(6).map { "<code>\(HTMLText.escaped($0))</code>" }
      let rest = group.places.count > 6 ? " and \(group.places.count - 6) more" : ""
      let tone =
        switch group.severity {
        case .error: "bad"
        case .warning: "warning"
        case .note: "plain"
        }
      return "<li><span class=\"tag \(tone)\">\(group.severity.name)</span> "
        + "\(HTMLText.escaped(group.text)): \(places.joined(separator: ", "))\(rest)</li>"
    }
    return "<ul class=\"findings\">\(items.joined(separator: "\n"))</ul>"
  }

  static func weights(_ lines: [WeightLine]) -> Section {
    let title = "Weights before and after folding"
    guard !lines.isEmpty else { return Section(id: "weights", title: title, content: "") }
    let sorted = lines.enumerated().sorted {
      ($0.element.loss ?? -1e9, $1.offset) > ($1.element.loss ?? -1e9, $0.offset)
    }.map(\.element)
    let shown = 12
    var content =
      "<p class=\"about\">Histograms of the weights as they are stored (grey) and as a fold makes "
      + "them (green), on one range for both; what 8 bits keep of them (one step for the tensor), "
      + "and the largest over the smallest range of a channel. Those that lose most come first.</p>"
      + "<div class=\"tiles\">\(sorted.prefix(shown).map(HistogramChart.tile).joined())</div>"
    if sorted.count > shown {
      content +=
        "<details><summary>\(NumberText.grouped(sorted.count - shown)) more</summary>"
        + "<div class=\"tiles\">\(sorted.dropFirst(shown).map(HistogramChart.tile).joined())</div>"
        + "</details>"
    }
    content += WeightTable.table.html(lines, caption: "quantization outlook")
    return Section(id: "weights", title: title, content: content)
  }

  static func sites(_ sites: [SiteReport]) -> Section {
    let table = RowTable<SiteReport>(
      columns: [
        .text("name", "site") { $0.name }, .text("operator", "operator") { $0.opType },
        .text("graph", "graph") { $0.graph },
        .text("outcome", "outcome") { site in
          switch site.outcome {
          case .folded, .merged: "folded"
          case .halfFolded: "half folded"
          case .kept: "kept"
          case .removed: "removed"
          }
        },
        .text("what", "into, or why not") { site in
          switch site.outcome {
          case .folded(let rule, let into): "\(into.joined(separator: ", ")) (\(rule))"
          case .halfFolded(let rule, let into):
            "scale into \(into.joined(separator: ", ")) (\(rule)), an Add is left"
          case .merged(let into): "merged into \(into)"
          case .removed(let rule): "removed by \(rule)"
          case .kept(let reason): reason
          }
        },
      ], usual: [], names: { [$0.name] })
    let shown = sites.filter { $0.isFolded || $0.isBatchNormalization }
    let hasBodies = shown.contains { !$0.graph.isEmpty }
    let keys = table.columns.map(\.key).filter { hasBodies || $0 != "graph" }
    return Section(
      id: "sites", title: "What became of each site",
      content: table.html(shown, caption: "sites", columns: keys))
  }
}
