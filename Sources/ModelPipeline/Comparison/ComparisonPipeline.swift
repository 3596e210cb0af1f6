internal import ByteStore
public import ModelFormats
internal import ModelIR
public import ModelReports
public import ModelVerification

/// Reads two models and tells whether they compute the same; or one, and tells whether it computes
/// what another runtime recorded.
public struct ComparisonPipeline: Sendable {
  private let original: String
  private let written: String?
  private let reading: ReadOptions
  private let verification: VerificationOptions
  private let collectsDetails: Bool

  /// A comparison of the model at `written` with the one at `original`, which is right; without
  /// one, of `verification.expected` with the original.
  public init(
    original: String, written: String?, reading: ReadOptions = ReadOptions(),
    verification: VerificationOptions = VerificationOptions(),
    collectsDetails: Bool = false
  ) {
    self.original = original
    self.written = written
    self.reading = reading
    self.verification = verification
    self.collectsDetails = collectsDetails
  }

  /// Does it; `announcing` is told each step as it begins.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `TensorError`, `PipelineError`; `EvaluationError`
  /// where one model alone does not run.
  public func run(announcing: (String) -> Void = { _ in }) throws -> ComparisonReport {
    try withoutActuallyEscaping(announcing) { announcing in
      var watch = Stopwatch(announcing)
      let (a, b) = try watch.time("read") {
        let original = try OpenedModel(original, reading)
        return (
          original, try written.map { try OpenedModel($0, reading, comparedWith: original) }
        )
      }
      try InputNames.check(verification, against: a.model)
      try RecordedNames.check(verification, against: a.model)
      let found = try watch.time("verify") { try compare(a.model, b?.model) }
      try a.result.checkUnchanged()
      try b?.result.checkUnchanged()
      var report = ComparisonReport(
        original: original, written: written, verification: found,
        notes: a.notes + (b?.notes ?? []),
        stages: watch.stages, peakMemory: ProcessFacts.peakMemory)
      if collectsDetails { report.details = ModelDetails.structure(of: a.model) }
      return report
    }
  }

  private func compare(_ original: Model, _ written: Model?) throws -> VerificationReport {
    if let written {
      return try Verifier(original: original, written: written, options: verification).verify()
    }
    do {
      return try RecordedLayer(model: original, options: verification).verify()
    } catch let problem as SampleProblem {
      throw PipelineError(.badInput, problem.reason)
    }
  }
}
