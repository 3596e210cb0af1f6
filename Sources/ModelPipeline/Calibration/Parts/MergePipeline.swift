internal import ByteStore
internal import ModelCalibration
internal import ModelIR
public import ModelReports

/// Joins the parts of all shards and stores the statistics in the model.
///
/// The order of parts does not matter, nor how blocks are spread over them; a block that several
/// parts have must be the same in each.
public struct MergePipeline: Sendable {
  private let request: CalibrationRequest
  private let parts: [String]

  /// A merge of parts into the model of a request; its data is needed for the accuracy alone, and
  /// how samples are cut is what the parts say.
  public init(_ parts: [String], into request: CalibrationRequest) {
    self.parts = parts
    self.request = request
  }

  /// Does it; `announcing` is told each step as it begins.
  ///
  /// Errors: as for `CalibrationPipeline`; `PipelineError` for parts of different things, blocks
  /// that differ and blocks that are missing.
  public func run(announcing: (String) -> Void = { _ in }) throws -> CalibrationReport {
    try withoutActuallyEscaping(announcing) { announcing in
      var watch = Stopwatch(announcing)
      let opened = try watch.time("read") { try OpenedModel(request.model, request.reading) }
      let files = try watch.time("read") { try parts.sorted().map { try PartFile($0) } }
      let identity = try watch.time("read") { try common(files, opened) }
      let sites = try sites(of: opened, identity)
      let moments = try watch.time("merge") { try joined(files, identity, sites) }
      let calibrated = try CalibratedModel(opened, sites, moments, request.estimator)
      let right = try watch.time("accuracy") { try accuracy(identity, calibrated) }
      for file in files { try file.checkUnchanged() }
      try calibrated.write(
        to: request.output, reading: request.reading, synchronizes: request.synchronizes, &watch)
      var report = CalibrationReport(
        model: request.model, written: request.output, estimator: request.estimator,
        forward: identity.forward, plan: identity.plan, computedBlocks: 0)
      report.takenBlocks = identity.plan.blocks
      report.normalizations = calibrated.lines
      report.kept = calibrated.refusals
      report.accuracy = right
      report.data = parts.sorted()
      report.notes = opened.notes + calibrated.notes
      report.stages = watch.stages
      report.peakMemory = ProcessFacts.peakMemory
      return report
    }
  }

  /// What all parts are of.
  private func common(_ files: [PartFile], _ opened: OpenedModel) throws -> PartIdentity {
    guard let first = files.first else { throw PipelineError(.usage, "there are no parts") }
    for file in files.dropFirst() {
      if let difference = file.identity.difference(from: first.identity) {
        throw PipelineError(
          .badInput, "\(file.path) does not go with \(first.path): it has \(difference)")
      }
    }
    guard try PartIdentity.digest(of: opened) == first.identity.model else {
      throw PipelineError(.badInput, "\(first.path) is not of \(request.model), but another model")
    }
    return first.identity
  }

  /// The sites that the parts tell of.
  private func sites(of opened: OpenedModel, _ identity: PartIdentity) throws -> CalibrationSites {
    var sites = try CalibrationSites(opened.model)
    let wanted = Set(identity.nodes)
    sites.refuse(
      Dictionary(
        sites.sites.map(\.node).filter { !wanted.contains($0.index) }
          .map { ($0, "the parts leave it out (--only, --skip)") },
        uniquingKeysWith: { first, _ in first }))
    guard sites.sites.map(\.node.index) == identity.nodes, !sites.sites.isEmpty else {
      throw PipelineError(.badInput, "the parts are of other batch normalizations than the model's")
    }
    return sites
  }

  private func joined(
    _ files: [PartFile], _ identity: PartIdentity, _ sites: CalibrationSites
  ) throws -> [NormalizationMoments] {
    let channels = sites.sites.map(\.channels)
    let known = Set(files.flatMap(\.blocks))
    // Listed in runs, since there may be many.
    guard known.count == identity.plan.blocks else {
      let missing = (0..<identity.plan.blocks).lazy.filter { !known.contains($0) }
      let shown = Array(missing.prefix(10_000))
      throw PipelineError(
        .badInput,
        "blocks \(BlockList.text(shown)) of \(identity.plan.blocks) are missing; run the shards "
          + "that have them")
    }
    var tree = CalibratedModel.tree()
    for block in 0..<identity.plan.blocks {
      var found: (path: String, moments: [NormalizationMoments])?
      for file in files {
        guard let moments = try file.moments(ofBlock: block, channels: channels) else { continue }
        if let found, !zip(found.moments, moments).allSatisfy({ $0.hasSameBits(as: $1) }) {
          throw PipelineError(
            .badInput,
            "block \(block) is not the same in \(found.path) and \(file.path): they were computed "
              + "from other data, or on other processors or numbers of threads")
        }
        found = found ?? (file.path, moments)
      }
      if let found { try tree.append(found.moments) }
    }
    return try tree.result() ?? []
  }

  /// The accuracy before and after, where there are labels.
  private func accuracy(
    _ identity: PartIdentity, _ calibrated: CalibratedModel
  ) throws -> CalibrationReport.Accuracy? {
    guard request.labels != nil else { return nil }
    var request = request
    request.batchSize = identity.plan.batchSize
    request.blockSize = identity.plan.blockSize
    request.computesInDouble = identity.computesInDouble
    let session = try CalibrationSession(request)
    guard let labels = try LabelFile.labels(request, session) else { return nil }
    return try AccuracyCount.report(labels, session, after: calibrated.edited)
  }
}
