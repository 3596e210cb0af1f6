public import ModelIR

/// The opset versions in which ONNX's standard operators were defined or redefined.
public enum OperatorVersions {
  /// The newest opset the table knows; operators of later opsets are read as of this one.
  public static let newestOpset = 24

  /// The newest definition of `opType` that an opset holds; nil where it has none.
  ///
  /// `version(of: "BatchNormalization", opset: 13)` is 9.
  public static func version(of opType: String, opset: Int) -> Int? {
    table[opType]?.last { $0 <= opset }
  }
}

extension Model {
  /// The version of the standard operators that holds in a graph; 1 where the file names none.
  public func standardOpset(in graph: GraphID) -> Int { opsets(in: graph)[""] ?? 1 }

  /// The definition that a node of the standard's follows; nil for other domains' operators and
  /// for those that its opset does not have.
  public func operatorVersion(of node: Node) -> Int? {
    guard node.domain.isEmpty else { return nil }
    return OperatorVersions.version(of: node.opType, opset: standardOpset(in: node.graph))
  }
}
