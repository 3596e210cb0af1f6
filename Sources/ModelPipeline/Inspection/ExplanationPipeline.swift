internal import GraphEvaluation
public import GraphTransforms
public import ModelFormats
internal import ModelIR
public import ModelReports

/// Reads a model and tells the stories of some of its sites.
public struct ExplanationPipeline: Sendable {
  private let model: String
  private let sites: [NamePattern]
  private let reading: ReadOptions
  private let folding: FoldOptions
  private let edits: [any ModelEdit]

  /// The sites of a model whose names, or whose output's names, match one of the patterns; no
  /// patterns mean every site.
  public init(
    model: String, sites: [String], reading: ReadOptions = ReadOptions(),
    folding: FoldOptions = FoldOptions(), edits: [any ModelEdit] = []
  ) {
    self.model = model
    self.sites = sites.map { NamePattern($0) }
    self.reading = reading
    self.folding = folding
    self.edits = edits
  }

  /// Does it.
  ///
  /// Errors: `FormatError`, `FileAccessError`, and `PipelineError` where a pattern matches no site.
  public func run() throws -> ExplanationReport {
    let opened = try OpenedModel(model, reading)
    var original = opened.model
    for edit in edits { _ = try edit.apply(to: &original) }
    var options = opened.folding(folding)
    options.tellsStories = true
    let result = FoldPass(options).run(original, constants: KernelConstantEvaluator())
    try opened.result.checkUnchanged()
    let named = result.sites.map { (site: $0, names: names($0.node, in: result.source)) }
    for pattern in sites where !named.contains(where: { $0.names.contains(where: pattern.matches) })
    {
      throw PipelineError(.usage, missing(pattern, named.map(\.site.name), in: result.source))
    }
    let chosen = named.filter { entry in
      sites.isEmpty || sites.contains { entry.names.contains(where: $0.matches) }
    }
    return ExplanationReport(
      model: model, entries: chosen.map { ExplanationReport.Entry($0.site, in: result.source) })
  }

  /// What a node may be called by: its own name and those of its outputs.
  private func names(_ id: NodeID, in model: Model) -> [String] {
    let node = model[id]
    return [node.name] + node.outputs.compactMap { $0.map { model[$0].name } }
  }

  private func missing(_ pattern: NamePattern, _ sites: [String], in model: Model) -> String {
    let node = model.graphs.lazy.flatMap(\.nodes).first {
      names($0, in: model).contains(where: pattern.matches)
    }
    if let node {
      return "\"\(pattern)\" is a \(model[node].opType) that does nothing to be folded"
    }
    let first = sites.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
    return sites.isEmpty
      ? "the model has no site that could be folded"
      : "no site matches \"\(pattern)\"; the model has \(first)\(sites.count > 5 ? ", …" : "")"
  }
}
