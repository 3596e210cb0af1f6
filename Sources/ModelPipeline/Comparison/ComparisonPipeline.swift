internal import ByteStore
public import ModelFormats
public import ModelReports
public import ModelVerification

/// Reads two models and tells whether they compute the same.
public struct ComparisonPipeline: Sendable {
  private let original: String
  private let written: String
  private let reading: ReadOptions
  private let verification: VerificationOptions
  private let collectsDetails: Bool

  /// A comparison of the model at `written` with the one at `original`, which is right.
  public init(
    original: String, written: String, reading: ReadOptions = ReadOptions(),
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
  /// Errors: `FormatError`, `FileAccessError`, `TensorError`.
  public func run(announcing: (String) -> Void = { _ in }) throws -> ComparisonReport {
    try withoutActuallyEscaping(announcing) { announcing in
      var watch = Stopwatch(announcing)
      let (a, b) = try watch.time("read") {
        let original = try OpenedModel(original, reading)
        return (original, try OpenedModel(written, reading, comparedWith: original))
      }
      try InputNames.check(verification, against: a.model)
      let found = try watch.time("verify") {
        try Verifier(original: a.model, written: b.model, options: verification).verify()
      }
      try a.result.checkUnchanged()
      try b.result.checkUnchanged()
      var report = ComparisonReport(
        original: original, written: written, verification: found, notes: a.notes + b.notes,
        stages: watch.stages, peakMemory: ProcessFacts.peakMemory)
      if collectsDetails { report.details = ModelDetails.structure(of: a.model) }
      return report
    }
  }
}
