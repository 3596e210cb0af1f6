public import ModelCalibration
public import ModelIR
public import ModelStatistics

/// A batch normalization with new statistics as a row of a table.
public struct CalibrationLine: Sendable {
  /// Its name, or that of its output.
  public var name: String
  /// The graph it stands in; empty for the main one.
  public var graph: String
  /// What was stored.
  public var before: SiteStatistics
  /// What was estimated, in Double; the file holds it rounded once.
  public var after: SiteStatistics
  /// How far one is from the other; nil where epsilon is not known.
  public var drift: NormalizationDrift?
  /// Numbers of each channel that were seen.
  public var numbers: Int
  /// Mini-batches that were seen.
  public var batches: Int

  /// Makes a row of what was estimated for a site.
  public init(
    _ site: CalibrationSite, in model: Model, after: SiteStatistics, moments: NormalizationMoments
  ) {
    name = site.name
    graph = model.path(of: site.stored.graph)
    before = SiteStatistics(mean: site.stored.mean, variance: site.stored.variance)
    self.after = after
    drift = NormalizationDrift(of: site.stored, mean: after.mean, variance: after.variance)
    numbers = moments.count
    batches = moments.batches
  }

  /// The variance ratio that is farthest from 1.
  var worstRatio: Double? {
    drift?.varianceRatio.max { distance($0) < distance($1) }
  }

  private func distance(_ ratio: Double) -> Double {
    guard ratio > 0 else { return .infinity }
    return ratio < 1 ? 1 / ratio : ratio
  }

  var json: JSONValue {
    .members([
      "name": .string(name), "graph": .string(graph),
      "channels": .integer(after.mean.count), "numbers": .integer(numbers),
      "batches": .integer(batches),
      "mean": .numbers(after.mean), "variance": .numbers(after.variance),
      "mean_before": .numbers(before.mean), "variance_before": .numbers(before.variance),
      "drift": drift.map {
        .members([
          "mean": .numbers($0.meanDrift), "variance_ratio": .numbers($0.varianceRatio),
        ])
      } ?? .null,
    ])
  }
}

/// The table of batch normalizations with new statistics.
enum CalibrationTable {
  static let table = RowTable<CalibrationLine>(
    columns: [
      .text("name", "batch norm.", isFlexible: true) { $0.name },
      .count("channels", "channels") { $0.after.mean.count },
      .number("drift", "mean drift sd") { $0.drift?.worstMeanDrift },
      .number("ratio", "var new/old") { $0.worstRatio },
      .count("numbers", "numbers") { $0.numbers },
      .count("batches", "batches") { $0.batches },
    ],
    usual: ["name", "channels", "drift", "ratio", "numbers", "batches"], names: { [$0.name] })
}
