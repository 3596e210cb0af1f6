internal import ModelIR

/// One verification on its way.
struct VerificationSession {
  let verifier: Verifier
  let correspondence: Correspondence
  let originalReads: ModelReads
  let writtenReads: ModelReads
  var report = VerificationReport()

  init(_ verifier: Verifier) {
    self.verifier = verifier
    correspondence = Correspondence(
      original: verifier.original, written: verifier.written,
      defaultsAreConstant: verifier.options.assumesConstantDefaults)
    originalReads = ModelReads(verifier.original)
    writtenReads = ModelReads(verifier.written)
  }

  /// All layers.
  mutating func run() throws -> VerificationReport {
    report.gaps.append(
      CoverageGap(
        layer: .parameters, graph: "graph", subject: "model", reason: "was not compared"))
    report.verdict = .partlyCovered
    return report
  }
}
