internal import ModelIR
public import ModelStatistics

/// What a model holds, and what a fold would make of it.
public struct InspectionReport: Sendable {
  /// The model's path.
  public var path: String
  /// The format's name.
  public var format: String
  /// Everything that was counted.
  public var inventory: ModelInventory
  /// Bytes of the model's files.
  public var bytes: Int
  /// Every node.
  public var layers: [LayerLine]
  /// Every site with its would-be outcome.
  public var sites: [SiteReport]
  /// What a user should know.
  public var notes: [String]
  /// The layers to show.
  public var selection = RowSelection()
  /// What a page shows besides; nil where none is wanted.
  public var details: ModelDetails?

  /// Makes a report from its parts.
  public init(
    path: String, format: String, inventory: ModelInventory, bytes: Int, layers: [LayerLine],
    sites: [SiteReport], notes: [String] = []
  ) {
    self.path = path
    self.format = format
    self.inventory = inventory
    self.bytes = bytes
    self.layers = layers
    self.sites = sites
    self.notes = notes
  }

  var inputs: [ValueLine] { inventory.inputs.map { ValueLine($0) } }
  var outputs: [ValueLine] { inventory.outputs.map { ValueLine($0) } }
  var operators: [(name: String, count: Int)] {
    inventory.operators.map { entry in
      (entry.domain.isEmpty ? entry.opType : "\(entry.domain).\(entry.opType)", entry.count)
    }
  }

  /// `ONNX, IR version 8, opset 17, made by pytorch 2.1`.
  var about: String {
    let header = inventory.header
    let sets = inventory.opsets.map { "\($0.domain.isEmpty ? "opset" : $0.domain) \($0.version)" }
    let producer = [header.producerName, header.producerVersion].filter { !$0.isEmpty }
    return "\(format), IR version \(header.irVersion), \(sets.joined(separator: ", "))"
      + (producer.isEmpty ? "" : ", made by \(producer.joined(separator: " "))")
  }

  /// How many batch normalizations a fold would take, of how many.
  var foldable: (folded: Int, all: Int) {
    let normalizations = sites.filter(\.isBatchNormalization)
    return (normalizations.count(where: \.isFolded), normalizations.count)
  }
}
