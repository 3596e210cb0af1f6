public import ModelIR
public import ModelStatistics

/// A BatchNormalization as a row of the table of their health.
public struct NormalizationLine: Sendable {
  /// Its name, or that of its output.
  public var name: String
  /// The graph it stands in; empty for the main one.
  public var graph: String
  /// Its parameters, and everything that was found about them.
  public var statistics: NormalizationStatistics
  /// How far the stored statistics are from those of data; nil without data.
  public var drift: NormalizationDrift?

  /// Makes a row of the statistics of a node.
  public init(
    _ statistics: NormalizationStatistics, in model: Model, drift: NormalizationDrift? = nil
  ) {
    name = statistics.name.isEmpty ? statistics.outputName : statistics.name
    graph = model.path(of: statistics.graph)
    self.statistics = statistics
    self.drift = drift
    if let finding = drift?.finding { self.statistics.findings.append(finding) }
    self.statistics.findings.sort { $0.severity > $1.severity }
  }

  /// The smallest and the largest of the numbers that are no NaN.
  static func range(_ numbers: [Double]) -> (low: Double, high: Double)? {
    let numbers = numbers.filter { !$0.isNaN }
    guard let low = numbers.min(), let high = numbers.max() else { return nil }
    return (low, high)
  }

  var severityText: String { statistics.severity?.name ?? "good" }

  var json: JSONValue {
    .members([
      "name": .string(name), "graph": .string(graph),
      "output": .string(statistics.outputName),
      "channels": .integer(statistics.channels),
      "epsilon": statistics.epsilon.map { .number($0) } ?? .null,
      "inference": .bool(statistics.isInference),
      "gamma": .numbers(statistics.gamma), "beta": .numbers(statistics.beta),
      "mean": .numbers(statistics.mean), "variance": .numbers(statistics.variance),
      "scale": .numbers(statistics.scale), "shift": .numbers(statistics.shift),
      "findings": .array(statistics.findings.map(\.json)),
      "drift": drift.map {
        .members([
          "mean": .numbers($0.meanDrift), "variance_ratio": .numbers($0.varianceRatio),
        ])
      } ?? .null,
    ])
  }
}

extension NormalizationFinding {
  var json: JSONValue {
    .members([
      "severity": .string(severity.name), "kind": .string(key), "message": .string(text),
      "channels": .array(channels.map { .integer($0) }),
    ])
  }
}

extension NormalizationFinding.Severity {
  var name: String {
    switch self {
    case .note: "note"
    case .warning: "warning"
    case .error: "error"
    }
  }

  var tone: TextStyle.Tone {
    switch self {
    case .note: .faint
    case .warning: .warning
    case .error: .bad
    }
  }
}

/// The table of batch normalizations.
enum NormalizationTable {
  static let table = RowTable<NormalizationLine>(
    columns: [
      .text("name", "batch norm.", isFlexible: true) { $0.name },
      .count("channels", "channels") { $0.statistics.channels == 0 ? nil : $0.statistics.channels },
      .number("gamma", "|gamma| min") {
        NormalizationLine.range($0.statistics.gamma.map(abs))?.low
      },
      .number("variance", "var min") { NormalizationLine.range($0.statistics.variance)?.low },
      .number("variance-max", "var max") { NormalizationLine.range($0.statistics.variance)?.high },
      .number("scale", "|scale| max") {
        NormalizationLine.range($0.statistics.scale.map(abs))?.high
      },
      .number("shift", "|shift| max") {
        NormalizationLine.range($0.statistics.shift.map(abs))?.high
      },
      .number("drift", "drift sd") { $0.drift?.worstMeanDrift },
      .text("health", "health") { $0.severityText },
    ],
    usual: ["name", "channels", "gamma", "variance", "variance-max", "scale", "health"],
    names: { [$0.name] })
}
