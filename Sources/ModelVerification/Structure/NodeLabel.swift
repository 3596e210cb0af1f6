internal import ModelIR

/// How nodes are named for people.
enum NodeLabel {
  /// "Conv \"conv1\""; a nameless node by what it makes: "Conv making \"y\"".
  static func text(_ node: Node, in model: Model) -> String {
    let type = node.domain.isEmpty ? node.opType : "\(node.domain).\(node.opType)"
    if !node.name.isEmpty { return "\(type) \"\(node.name)\"" }
    guard let output = node.outputs.lazy.compactMap({ $0 }).first else { return type }
    return "\(type) making \"\(model[output].name)\""
  }
}
