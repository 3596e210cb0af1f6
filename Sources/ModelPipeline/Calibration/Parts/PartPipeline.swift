internal import ByteStore
public import ModelCalibration
internal import ModelFormats
public import ModelReports

/// Computes the blocks of one shard and writes them as a part.
///
/// A part that is there already is gone on with, so that a process which was killed and started
/// again does not begin anew, and one that is started twice does no harm.
public struct PartPipeline: Sendable {
  private let request: CalibrationRequest
  private let shard: Shard

  /// A pipeline for one shard of a request; the part goes to the request's output.
  public init(_ request: CalibrationRequest, shard: Shard) {
    self.request = request
    self.shard = shard
  }

  /// Does it; `announcing` is told each step as it begins.
  ///
  /// Errors: as for `CalibrationPipeline`; `PipelineError` for a part of something else.
  public func run(announcing: (String) -> Void = { _ in }) throws -> CalibrationReport {
    try withoutActuallyEscaping(announcing) { announcing in
      guard request.forward == .batch else {
        throw PipelineError(
          .usage,
          "--forward running takes a pass for each depth, each of which needs the whole of the one "
            + "before; shards go with --forward batch")
      }
      guard request.labels == nil else {
        throw PipelineError(
          .usage, "the accuracy is that of the whole: give --labels to 'bnfold calibrate merge'")
      }
      var watch = Stopwatch(announcing)
      let session = try watch.time("read") { try CalibrationSession(request) }
      let identity = try watch.time("read") { try PartIdentity(session) }
      let wanted = session.plan.blocks(of: shard)
      let channels = session.sites.sites.map(\.channels)
      var blocks = try watch.time("read") {
        try taken(identity, wanted, channels: channels)
      }
      let before = blocks.count
      try watch.time("run") {
        try compute(wanted, session, identity, channels, &blocks, announcing)
      }
      var report = CalibrationReport(
        model: request.model, written: request.output, estimator: nil, forward: request.forward,
        plan: session.plan, shard: shard, computedBlocks: wanted.count - before)
      report.takenBlocks = before
      report.kept = session.sites.refusals
      report.data = session.data.lines
      report.notes = session.opened.notes + session.data.notes
      report.stages = watch.stages
      report.peakMemory = ProcessFacts.peakMemory
      return report
    }
  }

  /// The blocks of a part that is there.
  private func taken(
    _ identity: PartIdentity, _ wanted: Range<Int>, channels: [Int]
  ) throws -> [Int: [NormalizationMoments]] {
    guard FileFacts(request.output) != nil else { return [:] }
    let part = try PartFile(request.output)
    func refusal(_ what: String) -> PipelineError {
      PipelineError(
        .usage, "\(request.output) is there and has \(what); remove it, or give another -o")
    }
    if let difference = part.identity.difference(from: identity) { throw refusal(difference) }
    let foreign = part.blocks.filter { !wanted.contains($0) }
    guard foreign.isEmpty else {
      throw refusal("blocks \(BlockList.text(foreign)), which are not those of shard \(shard)")
    }
    var blocks: [Int: [NormalizationMoments]] = [:]
    for block in part.blocks {
      blocks[block] = try part.moments(ofBlock: block, channels: channels)
    }
    return blocks
  }

  /// Computes what is missing; writes the part in the end, and on the way whenever writing has
  /// taken less than a twentieth of the time so far.
  private func compute(
    _ wanted: Range<Int>, _ session: CalibrationSession, _ identity: PartIdentity,
    _ channels: [Int], _ blocks: inout [Int: [NormalizationMoments]],
    _ announcing: (String) -> Void
  ) throws {
    let clock = ContinuousClock()
    let runner = session.runner(session.opened.model, watching: Array(session.sites.sites.indices))
    let began = clock.now
    var writing = Duration.zero
    func write(_ blocks: [Int: [NormalizationMoments]]) throws {
      try session.data.checkUnchanged()
      try session.opened.result.checkUnchanged()
      writing += try clock.measure {
        try PartWriter.write(
          blocks, identity, channels: channels, to: request.output,
          synchronizes: request.synchronizes)
      }
    }
    let missing = wanted.filter { blocks[$0] == nil }
    for (position, block) in missing.enumerated() {
      announcing("run: block \(position + 1) of \(missing.count) ...")
      blocks[block] = try session.moments(ofBlock: block, runner)
      if block != missing.last, writing * 20 <= clock.now - began { try write(blocks) }
    }
    if !missing.isEmpty || FileFacts(request.output) == nil { try write(blocks) }
  }
}
