internal import ModelIR
public import ModelStatistics

/// A stored tensor as a row of the table of tensors.
public struct TensorLine: Sendable {
  /// The name of its value.
  public var name: String
  /// The type of its elements: "float32".
  public var type: String
  /// Its extents.
  public var shape: [Int]
  /// What its elements look like; nil for texts and types that hold no plain numbers.
  public var statistics: TensorStatistics?
  /// The same for each output channel of the layer whose weight it is.
  public var channels: ChannelStatistics?

  /// Makes a row of a tensor's statistics.
  public init(_ tensor: StoredTensorStatistics, channels: ChannelStatistics? = nil) {
    name = tensor.name
    type = tensor.dataType.name
    shape = tensor.shape.dimensions
    statistics = tensor.statistics
    self.channels = channels
  }

  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("name", .string(name)), .init("type", .string(type)),
      .init("shape", .array(shape.map { .integer($0) })),
    ]
    members.append(.init("statistics", statistics?.json ?? .null))
    members.append(.init("channels", channels?.json ?? .null))
    return .object(members)
  }
}

/// The table of a model's stored tensors.
public enum TensorTable {
  /// Keys of all columns, for --columns and --sort.
  public static var keys: [String] { table.columns.map(\.key) }

  static let table = RowTable<TensorLine>(
    columns: [
      .text("name", "tensor", isFlexible: true) { $0.name },
      .text("type", "type") { $0.type },
      .text("shape", "shape") { "\($0.shape)" },
      .count("elements", "elements") { $0.shape.reduce(1, &*) },
      .number("min", "min") { $0.finite?.counts.minimum },
      .number("max", "max") { $0.finite?.counts.maximum },
      .number("mean", "mean") { $0.finite?.moments.mean },
      .number("sd", "sd") { $0.finite?.moments.standardDeviation },
      .number("absmax", "abs max") { $0.finite?.counts.absoluteMaximum },
      .count("zeros", "zeros") { $0.statistics?.counts.zeros },
      .count("nan", "NaN") { $0.statistics?.counts.notNumbers },
      .count("inf", "inf") { $0.statistics?.counts.infinities },
      .count("subnormal", "subnormal") { $0.statistics?.counts.subnormals },
      .number("q1", "1 %") { $0.quantile(1) },
      .number("q5", "5 %") { $0.quantile(2) },
      .number("q25", "25 %") { $0.quantile(3) },
      .number("median", "median") { $0.quantile(4) },
      .number("q75", "75 %") { $0.quantile(5) },
      .number("q95", "95 %") { $0.quantile(6) },
      .number("q99", "99 %") { $0.quantile(7) },
      RowColumn(
        key: "histogram", title: "histogram",
        content: .histogram { $0.statistics?.histogram ?? [] }),
    ],
    usual: ["name", "elements", "min", "max", "mean", "sd", "histogram"],
    names: { [$0.name] })

  /// One channel of a tensor.
  struct ChannelRow: Sendable {
    var channel: Int
    var counts: ElementCounts
    var moments: Moments
  }

  static let channels = RowTable<ChannelRow>(
    columns: [
      .count("channel", "channel") { $0.channel },
      .number("min", "min") { $0.counts.finite > 0 ? $0.counts.minimum : nil },
      .number("max", "max") { $0.counts.finite > 0 ? $0.counts.maximum : nil },
      .number("mean", "mean") { $0.moments.mean },
      .number("sd", "sd") { $0.moments.standardDeviation },
      .number("absmax", "abs max") { $0.counts.absoluteMaximum },
      .count("zeros", "zeros") { $0.counts.zeros },
      .count("nan", "NaN") { $0.counts.notNumbers },
      .count("inf", "inf") { $0.counts.infinities },
    ],
    usual: ["channel", "min", "max", "mean", "sd", "absmax", "zeros", "nan", "inf"],
    names: { ["\($0.channel)"] })
}

extension TensorLine {
  /// The statistics, where some element is finite.
  var finite: TensorStatistics? { statistics.flatMap { $0.counts.finite > 0 ? $0 : nil } }

  func quantile(_ position: Int) -> Double? {
    statistics.flatMap { $0.quantiles.indices.contains(position) ? $0.quantiles[position] : nil }
  }

  var channelRows: [TensorTable.ChannelRow] {
    guard let channels else { return [] }
    return zip(channels.counts, channels.moments).enumerated().map { position, pair in
      TensorTable.ChannelRow(channel: position, counts: pair.0, moments: pair.1)
    }
  }
}
