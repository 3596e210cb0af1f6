internal import ByteStore
internal import ModelCalibration
public import ModelReports

/// Estimates the statistics of a model's batch normalizations from data and stores them.
public struct CalibrationPipeline: Sendable {
  private let request: CalibrationRequest

  /// A pipeline for one request.
  public init(_ request: CalibrationRequest) { self.request = request }

  /// Does it; `announcing` is told each step as it begins.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `TensorError`, `EvaluationError`,
  /// `CalibrationError`, `PipelineError`.
  public func run(announcing: (String) -> Void = { _ in }) throws -> CalibrationReport {
    try withoutActuallyEscaping(announcing) { announcing in
      var watch = Stopwatch(announcing)
      var session = try watch.time("read") { try CalibrationSession(request) }
      let labels = try watch.time("read") { try LabelFile.labels(request, session) }
      let moments = try watch.time("run") {
        try session.moments { announcing("run: block \($0 + 1) of \($1) ...") }
      }
      try session.data.checkUnchanged()
      let calibrated = try CalibratedModel(
        session.opened, session.sites, moments, request.estimator)
      let accuracy = try labels.map { labels in
        try watch.time("accuracy") {
          try AccuracyCount.report(labels, session, after: calibrated.edited)
        }
      }
      try calibrated.write(
        to: request.output, reading: request.reading, synchronizes: request.synchronizes, &watch)
      var report = CalibrationReport(
        model: request.model, written: request.output, estimator: request.estimator,
        forward: request.forward, plan: session.plan, computedBlocks: session.plan.blocks)
      report.normalizations = calibrated.lines
      report.kept = calibrated.refusals
      report.accuracy = accuracy
      report.data = session.data.lines
      report.notes = session.opened.notes + session.data.notes + calibrated.notes
      report.stages = watch.stages
      report.peakMemory = ProcessFacts.peakMemory
      return report
    }
  }
}
