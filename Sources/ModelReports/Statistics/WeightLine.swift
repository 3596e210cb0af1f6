public import ModelIR
public import ModelStatistics

/// A layer's weight before and after folding as a row of the quantization outlook.
public struct WeightLine: Sendable {
  /// The layer's name.
  public var name: String
  /// Its operator.
  public var opType: String
  /// The weight's name.
  public var weight: String
  /// As it is stored.
  public var before: WeightProfile
  /// As a fold would leave it; nil where none changes it.
  public var after: WeightProfile?

  /// Makes a row of a weight's change.
  public init(_ change: WeightChange, in model: Model) {
    let node = model[change.node]
    name =
      node.name.isEmpty
      ? node.outputs.lazy.compactMap { $0 }.first.map { model[$0].name } ?? "" : node.name
    opType = node.opType
    weight = change.name
    before = change.before
    after = change.after
  }

  var json: JSONValue {
    .members([
      "layer": .string(name), "operator": .string(opType), "weight": .string(weight),
      "before": before.json, "after": after?.json ?? .null,
    ])
  }

  /// Decibels that one step for the whole tensor loses by folding; nil where nothing changes.
  var loss: Double? { after.map { before.quantization.perTensor - $0.quantization.perTensor } }
}

/// The table of the quantization outlook.
enum WeightTable {
  static let table = RowTable<WeightLine>(
    columns: [
      .text("layer", "layer", isFlexible: true) { $0.name },
      .text("operator", "operator") { $0.opType },
      .number("spread", "spread") { $0.before.quantization.spread },
      .number("spread-folded", "folded") { $0.after?.quantization.spread },
      .decibels("snr", "dB") { $0.before.quantization.perTensor },
      .decibels("snr-folded", "folded") { $0.after?.quantization.perTensor },
      .decibels("channel-snr", "dB/ch.") { $0.before.quantization.perChannel },
      .decibels("channel-snr-folded", "folded") { $0.after?.quantization.perChannel },
      .number("absmax", "abs max") { $0.before.absoluteMaximum },
      .number("absmax-folded", "folded") { $0.after?.absoluteMaximum },
    ],
    usual: [
      "layer", "spread", "spread-folded", "snr", "snr-folded", "channel-snr", "channel-snr-folded",
    ],
    names: { [$0.name, $0.weight] })
}
