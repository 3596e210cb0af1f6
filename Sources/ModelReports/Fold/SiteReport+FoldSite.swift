public import GraphTransforms
public import ModelIR

extension SiteReport {
  /// A site of a model, with names instead of ids.
  public init(_ site: FoldSite, in model: Model) {
    let outcome: Outcome =
      switch site.outcome {
      case .folded(let rule, let into):
        .folded(rule: rule, into: into.map { model.describe($0) })
      case .halfFolded(let rule, let into):
        .halfFolded(rule: rule, into: into.map { model.describe($0) })
      case .merged(let into): .merged(into: model.describe(into))
      case .removed(let rule): .removed(rule: rule)
      case .kept(let reason): .kept(reason: reason.description)
      }
    self.init(
      name: site.name, output: model[site.node].output(0).map { model[$0].name } ?? "",
      opType: model[site.node].opType, graph: model.path(of: site.graph),
      outcome: outcome)
  }
}

extension Model {
  /// `Conv "conv1"`; a node without a name goes by its first output.
  func describe(_ node: NodeID) -> String {
    let node = self[node]
    let name =
      node.name.isEmpty
      ? node.outputs.lazy.compactMap { $0 }.first.map { self[$0].name } ?? "" : node.name
    return "\(node.opType) \"\(name)\""
  }

  /// Where a graph stands: empty for the main one, `If "if1"/then_branch`, `function my.block`.
  public func path(of graph: GraphID) -> String {
    var parts: [String] = []
    var current = graph
    while let parent = self[current].parent {
      let attribute = self[parent].attributes.first { attribute in
        switch attribute.value {
        case .graph(let body): body == current
        case .graphs(let bodies): bodies.contains(current)
        default: false
        }
      }
      parts.append("\(describe(parent))/\(attribute?.name ?? "")")
      current = self[parent].graph
    }
    if let function = functions.first(where: { $0.body == current }) {
      parts.append("function \(function.domain).\(function.name)")
    }
    return parts.reversed().joined(separator: "/")
  }
}
