internal import GraphEvaluation
internal import ModelCalibration
internal import ModelIR

/// A model, its sites and its data, at work.
struct CalibrationSession {
  let request: CalibrationRequest
  let opened: OpenedModel
  let data: CalibrationData
  let plan: BlockPlan
  private(set) var sites: CalibrationSites

  /// Opens model and data and holds them against each other.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `PipelineError`, `CalibrationError`.
  init(_ request: CalibrationRequest) throws {
    self.request = request
    opened = try OpenedModel(request.model, request.reading)
    sites = try CalibratedModel.sites(of: opened, only: request.only, skip: request.skip)
    data = try CalibrationData(request, for: opened.model)
    plan = try Self.plan(request, data)
  }

  /// How samples are cut.
  private static func plan(
    _ request: CalibrationRequest, _ data: CalibrationData
  ) throws -> BlockPlan {
    let batchSize = request.batchSize ?? data.fixedBatch ?? 32
    if let fixed = data.fixedBatch {
      guard batchSize == fixed else {
        throw PipelineError(
          .usage, "the model takes \(fixed) samples at once, --batch-size says \(batchSize)")
      }
      guard data.count % fixed == 0 else {
        throw PipelineError(
          .usage,
          "the model takes \(fixed) samples at once, and \(data.count) are no multiple of that; "
            + "--samples \(data.count / fixed * fixed) leaves the rest out")
      }
    }
    let (eight, overflow) = batchSize.multipliedReportingOverflow(by: 8)
    guard
      let plan = BlockPlan(
        samples: data.count, batchSize: batchSize,
        blockSize: request.blockSize ?? (overflow ? batchSize : eight))
    else {
      throw PipelineError(
        .usage, "--block needs a multiple of the \(batchSize) samples of a mini-batch")
    }
    return plan
  }

  var precision: EvaluationPrecision { request.computesInDouble ? .double : .stored }
  var evaluation: EvaluationOptions { EvaluationOptions(threads: request.threads) }

  /// What the sites at `places` read in a block, with a model in which all statistics but theirs
  /// are in place.
  func moments(
    ofBlock block: Int, _ runner: BatchRunner
  ) throws -> [NormalizationMoments] {
    var moments = [NormalizationMoments](
      repeating: NormalizationMoments(), count: sites.sites.count)
    for batch in plan.batches(of: block) {
      try runner.run(
        data.batch(batch), name: "samples \(batch.lowerBound) to \(batch.upperBound - 1)",
        into: &moments)
    }
    return moments
  }

  /// A runner that watches the sites at `places`.
  func runner(_ model: Model, watching places: [Int]) -> BatchRunner {
    BatchRunner(
      model, sites: sites.sites, watching: places, forward: request.forward,
      precision: precision, options: evaluation)
  }

  /// What the sites at `places` read in all blocks.
  func moments(
    _ model: Model, watching places: [Int], progress: (Int) -> Void
  ) throws -> [NormalizationMoments] {
    let runner = runner(model, watching: places)
    var tree = CalibratedModel.tree()
    for block in 0..<plan.blocks {
      progress(block)
      try tree.append(try moments(ofBlock: block, runner))
    }
    return try tree.result() ?? []
  }

  /// Everything in one pass, or in one for each depth.
  mutating func moments(progress: (Int, Int) -> Void) throws -> [NormalizationMoments] {
    let places = Array(sites.sites.indices)
    guard request.forward == .running else {
      return try moments(opened.model, watching: places) { progress($0, plan.blocks) }
    }
    let depths = NormalizationDepth(of: sites.sites, in: opened.model)
    sites.refuse(
      Dictionary(
        depths.unordered.map { ($0, CalibratedModel.unordered) },
        uniquingKeysWith: { first, _ in first }))
    guard !sites.sites.isEmpty else { throw CalibratedModel.nothing(sites.refusals) }
    let rounds = Dictionary(grouping: sites.sites.indices) {
      depths.depths[sites.sites[$0].node] ?? 0
    }.sorted { $0.key < $1.key }
    var result = [NormalizationMoments](
      repeating: NormalizationMoments(), count: sites.sites.count)
    for (round, (_, places)) in rounds.enumerated() {
      var model = opened.model
      let known = CalibratedModel.statistics(
        result, sites.sites, request.estimator
      ).known.map { (site: sites.sites[$0.place], statistics: $0.statistics) }
      _ = try StatisticsEdit.apply(known, to: &model)
      let found = try moments(model, watching: places) {
        progress(round * plan.blocks + $0, rounds.count * plan.blocks)
      }
      for place in places { result[place] = found[place] }
    }
    return result
  }
}
