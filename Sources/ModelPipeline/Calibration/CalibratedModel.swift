internal import ByteStore
internal import ModelCalibration
internal import ModelFormats
internal import ModelIR
internal import ModelReports
internal import ModelStatistics

/// A model that gets the statistics which moments give.
struct CalibratedModel {
  /// What a site in a loop or a function is told where there are rounds.
  static let unordered =
    "it stands in a loop or a function, where --forward running cannot tell its depth; "
    + "--forward batch can estimate it"

  let opened: OpenedModel
  let edited: Model
  let lines: [CalibrationLine]
  let refusals: [CalibrationRefusal]
  private(set) var notes: [String] = []

  /// Stores the statistics of those sites that have some.
  ///
  /// Errors: `TensorError` for a number that the stored type does not hold; `PipelineError` where
  /// no site has statistics.
  init(
    _ opened: OpenedModel, _ sites: CalibrationSites, _ moments: [NormalizationMoments],
    _ estimator: VarianceEstimator
  ) throws {
    self.opened = opened
    let (known, reasons) = Self.statistics(moments, sites.sites, estimator)
    var remaining = sites
    remaining.refuse(reasons)
    refusals = remaining.refusals
    guard !known.isEmpty else { throw Self.nothing(refusals) }
    var model = opened.model
    let made = try StatisticsEdit.apply(
      known.map { (sites.sites[$0.place], $0.statistics) }, to: &model)
    edited = model
    lines = known.map { place, statistics in
      CalibrationLine(
        sites.sites[place], in: opened.model, after: statistics, moments: moments[place])
    }
    if !made.isEmpty {
      notes.append(
        "statistics that several batch normalizations shared have become tensors of their own: "
          + made.map { "\"\($0.printable())\"" }.joined(separator: ", "))
    }
  }

  /// The sites of a model that can be written.
  static func sites(
    of opened: OpenedModel, only: [NamePattern], skip: [NamePattern]
  ) throws -> CalibrationSites {
    guard opened.formatName == "ONNX" else {
      throw PipelineError(
        .unsupported,
        "statistics are estimated in ONNX models; 'bnfold convert' makes one of \(opened.formatName)"
      )
    }
    let sites = try CalibrationSites(opened.model, only: only, skip: skip)
    guard !sites.sites.isEmpty else { throw nothing(sites.refusals) }
    return sites
  }

  /// Why nothing can be done.
  static func nothing(_ refusals: [CalibrationRefusal]) -> PipelineError {
    guard let first = refusals.first else {
      return PipelineError(.unsupported, "the model has no batch normalization")
    }
    let more = refusals.count > 1 ? " (and \(refusals.count - 1) more are kept)" : ""
    return PipelineError(
      .unsupported,
      "no batch normalization can get new statistics: \"\(first.name.printable())\": "
        + "\(first.reason)\(more)")
  }

  /// An empty tree that joins the moments of all sites.
  static func tree() -> BlockTree<[NormalizationMoments]> {
    BlockTree { joined, next in
      for place in joined.indices {
        guard joined[place].add(next[place]) else {
          throw PipelineError(.badInput, "blocks have different numbers of channels")
        }
      }
    }
  }

  /// The statistics of sites, by their places, and why some have none.
  static func statistics(
    _ moments: [NormalizationMoments], _ sites: [CalibrationSite], _ estimator: VarianceEstimator
  ) -> (known: [(place: Int, statistics: SiteStatistics)], reasons: [NodeID: String]) {
    var known: [(place: Int, statistics: SiteStatistics)] = []
    var reasons: [NodeID: String] = [:]
    for (place, site) in sites.enumerated() where moments.indices.contains(place) {
      guard moments[place].batches > 0 else {
        reasons[site.node] = "no data reached it"
        continue
      }
      guard let variance = estimator.variance(of: moments[place]) else {
        reasons[site.node] =
          "one number for each channel in each mini-batch gives no variance; choose another "
          + "--batch-size or --estimator population"
        continue
      }
      let mean = moments[place].channels.map(\.mean)
      guard (mean + variance).allSatisfy(\.isFinite) else {
        reasons[site.node] = "it reads NaN or infinities in the data"
        continue
      }
      known.append((place, SiteStatistics(mean: mean, variance: variance)))
    }
    return (known, reasons)
  }

  /// Writes the model and reads back what was written before it gets its name.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `PipelineError`.
  func write(
    to path: String, reading: ReadOptions, synchronizes: Bool, _ watch: inout Stopwatch
  ) throws {
    guard let writer = opened.writer else {
      throw PipelineError(.unsupported, "\(opened.formatName) files can be read only")
    }
    let files = try OutputFiles(model: path)
    try watch.time("write") {
      try writer.write(edited, basedOn: opened.result, to: files)
      try files.finish(sync: synchronizes)
      try opened.result.checkUnchanged()
    }
    try watch.time("check") {
      let written = try WrittenModel.read(files, as: opened.reader, reading).model
      guard try Self.parameters(edited) == Self.parameters(written) else {
        throw PipelineError.bug("the written model holds other statistics than it should")
      }
    }
    try watch.time("rename") { try files.commit() }
  }

  /// The stored parameters of every batch normalization, in order.
  private static func parameters(_ model: Model) throws -> [[UInt64]] {
    var result: [[UInt64]] = []
    for graph in model.graphs {
      for id in graph.nodes where model.contains(id) && model[id].isStandard("BatchNormalization") {
        for position in 1...4 {
          let tensor = model[id].input(position).flatMap { model.storedConstant($0) }
          result.append(try tensor?.doubles().map(\.bitPattern) ?? [])
        }
      }
    }
    return result
  }
}
