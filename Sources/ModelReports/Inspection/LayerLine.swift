public import ModelIR
public import ModelStatistics
public import Operators

/// One node of a model as a row of the table of layers.
public struct LayerLine: Sendable, Hashable {
  /// The node, in the model it was read from.
  public var node: NodeID
  /// Its name, or that of its first output.
  public var name: String
  /// Its operator, behind its domain where that is not the standard's.
  public var opType: String
  /// The graph it stands in; empty for the main one.
  public var graph: String
  /// The name of its first output.
  public var output: String
  /// What the first output holds: "float32"; "?" where nothing is known.
  public var type: String
  /// The first output's extents: "1", "batch", "?"; nil where even the rank is unknown.
  public var shape: [String]?
  /// The type of the stored numbers that it reads.
  public var weightType: String?
  /// Elements of the stored tensors it reads.
  public var parameters: Int
  /// Its parameters as a part of all.
  public var share: Double
  /// Multiply-adds of one run; nil where an extent is not known.
  public var multiplyAdds: Int?
  /// Its multiply-adds as a part of all.
  public var multiplyAddShare: Double?
  /// Arithmetic operations of one run.
  public var operations: Int?

  /// All nodes of a model but Constant nodes, in the order of their graphs.
  public static func lines(
    of model: Model, shapes: ShapeInference, inventory: ModelInventory
  ) -> [LayerLine] {
    var paths: [GraphID: String] = [:]
    return LayerStatistics.layers(of: model, shapes: shapes).map { layer in
      let path = paths[layer.graph] ?? model.path(of: layer.graph)
      paths[layer.graph] = path
      return LayerLine(layer, in: model, graph: path, inventory)
    }
  }

  private init(
    _ layer: LayerStatistics, in model: Model, graph: String, _ inventory: ModelInventory
  ) {
    node = layer.node
    output = model[layer.node].outputs.lazy.compactMap { $0 }.first.map { model[$0].name } ?? ""
    name = layer.name.isEmpty ? output : layer.name
    opType = layer.domain.isEmpty ? layer.opType : "\(layer.domain).\(layer.opType)"
    self.graph = graph
    type = layer.output.map(ValueLine.text) ?? "?"
    shape = ValueLine.extents(layer.output)
    weightType = layer.weightType?.name
    parameters = layer.cost.parameters
    share = Self.part(parameters, of: inventory.parameters)
    multiplyAdds = layer.cost.multiplyAdds
    multiplyAddShare = multiplyAdds.map { Self.part($0, of: inventory.cost.multiplyAdds) }
    operations = layer.cost.operations
  }

  private static func part(_ number: Int, of whole: Int) -> Double {
    whole > 0 ? Double(number) / Double(whole) : 0
  }

  var json: JSONValue {
    .members([
      "name": .string(name), "operator": .string(opType), "graph": .string(graph),
      "output": .string(output), "type": .string(type), "shape": ValueLine.json(shape),
      "weight_type": weightType.map { .string($0) } ?? .null,
      "parameters": .integer(parameters), "share": .number(share),
      "multiply_adds": multiplyAdds.map { .integer($0) } ?? .null,
      "operations": operations.map { .integer($0) } ?? .null,
    ])
  }
}
