internal import GraphEvaluation
internal import ModelIR

extension VerificationSession {
  /// What another runtime recorded; a model that does not run is no difference.
  mutating func compareRecorded() throws {
    guard !options.expected.isEmpty else { return }
    func gap(_ reason: String) {
      report.gaps.append(
        CoverageGap(layer: .recorded, graph: "graph", subject: "model", reason: reason))
    }
    do {
      try RecordedLayer(model: verifier.original, options: options).check(&report)
    } catch let error as EvaluationError {
      gap("\(error)")
    } catch let problem as SampleProblem {
      gap(problem.reason)
    }
  }
}
