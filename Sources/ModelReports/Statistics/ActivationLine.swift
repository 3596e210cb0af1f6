public import ModelStatistics

/// A value that a run made as a row of the table of activations.
public struct ActivationLine: Sendable {
  /// The value's name.
  public var name: String
  /// The operator that makes it; empty for inputs.
  public var opType: String
  /// What its elements looked like.
  public var statistics: ActivationStatistics

  /// Makes a row from its parts.
  public init(name: String, opType: String, statistics: ActivationStatistics) {
    self.name = name
    self.opType = opType
    self.statistics = statistics
  }

  var json: JSONValue {
    .object(
      [
        .init("name", .string(name)), .init("operator", .string(opType)),
        .init("shape", .array(statistics.shape.map { .integer($0) })),
        .init("evaluations", .integer(statistics.evaluations)),
      ] + statistics.counts.members + statistics.moments.members)
  }
}

/// The table of activations.
enum ActivationTable {
  static let table = RowTable<ActivationLine>(
    columns: [
      .text("name", "value", isFlexible: true) { $0.name },
      .text("operator", "made by", isFlexible: true) { $0.opType },
      .text("shape", "shape") { "\($0.statistics.shape)" },
      .number("min", "min") {
        $0.statistics.counts.finite > 0 ? $0.statistics.counts.minimum : nil
      },
      .number("max", "max") {
        $0.statistics.counts.finite > 0 ? $0.statistics.counts.maximum : nil
      },
      .number("mean", "mean") { $0.statistics.moments.mean },
      .number("sd", "sd") { $0.statistics.moments.standardDeviation },
      .share("zeros", "zeros") { line in
        let counts = line.statistics.counts
        return counts.count > 0 ? Double(counts.zeros) / Double(counts.count) : nil
      },
      .count("nan", "NaN") { $0.statistics.counts.notNumbers },
      .count("inf", "inf") { $0.statistics.counts.infinities },
    ],
    usual: ["name", "operator", "min", "max", "mean", "sd", "zeros"],
    names: { [$0.name, $0.opType] })
}
