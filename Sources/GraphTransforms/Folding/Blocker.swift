public import ModelIR

/// The node at which a path ended.
public struct Blocker: Sendable, Hashable {
  /// The node.
  public var node: NodeID
  /// Its name, or the name of its first output where it has none.
  public var name: String
  /// Its operator; with its domain where that is not the standard's.
  public var opType: String

  init(_ id: NodeID, in model: Model) {
    let node = model[id]
    self.node = id
    name = Self.name(of: node, in: model)
    opType = node.domain.isEmpty ? node.opType : "\(node.domain).\(node.opType)"
  }

  /// A node's name, or the name of its first output where it has none.
  static func name(of node: Node, in model: Model) -> String {
    guard node.name.isEmpty else { return node.name }
    return node.outputs.lazy.compactMap { $0 }.first.map { model[$0].name } ?? ""
  }
}

extension Blocker: CustomStringConvertible {
  /// `Relu "relu1"`.
  public var description: String { name.isEmpty ? opType : "\(opType) \"\(name)\"" }
}
