public import ModelIR
public import Operators

/// One node of the model with what it makes, stores and costs.
public struct LayerStatistics: Sendable {
  /// The node.
  public var node: NodeID
  /// The graph it stands in.
  public var graph: GraphID
  /// Its name; may be empty.
  public var name: String
  /// Its operator's set.
  public var domain: String
  /// Its operator.
  public var opType: String
  /// What its first output holds.
  public var output: ValueType?
  /// The type of the first stored tensor it reads that counts as parameters.
  public var weightType: DataType?
  /// What one run costs, and what it stores.
  public var cost: NodeCost

  /// All nodes of a model in the order of their graphs; Constant nodes, whose tensors count for
  /// their readers, are left out.
  public static func layers(of model: Model, shapes: ShapeInference) -> [LayerStatistics] {
    var result: [LayerStatistics] = []
    for (position, graph) in model.graphs.enumerated() {
      for id in graph.nodes where model.contains(id) && !model[id].isStandard("Constant") {
        result.append(layer(id, GraphID(position), model, shapes))
      }
    }
    return result
  }

  private static func layer(
    _ id: NodeID, _ graph: GraphID, _ model: Model, _ shapes: ShapeInference
  ) -> LayerStatistics {
    let node = model[id]
    let weightType = node.inputs.lazy.compactMap { $0 }
      .compactMap { NodeCost.stored($0, in: model)?.dataType }
      .first { NodeCost.isParameter($0) }
    return LayerStatistics(
      node: id, graph: graph, name: node.name, domain: node.domain, opType: node.opType,
      output: node.output(0).flatMap { shapes.type(of: $0) }, weightType: weightType,
      cost: NodeCost(id, in: model, shapes: shapes))
  }
}
