import ModelVerification
import TestSupport
import Testing

@testable import ModelReports

private func verification(_ verdict: VerificationReport.Verdict) -> VerificationReport {
  var report = VerificationReport()
  report.verdict = verdict
  report.parameters = [
    ParameterCheck(
      graph: "graph", target: "conv1.weight_folded", linearNode: "Conv \"conv1\"", elements: 216,
      worstULP: 0.5, worstRatio: 0.999, isClaimed: true)
  ]
  var region = RegionCheck(
    graph: "graph", inputs: ["image"], outputs: ["bn1"],
    originalNodes: ["Conv \"conv1\"", "BatchNormalization \"bn1\""],
    writtenNodes: ["Conv \"conv1\""])
  region.probe = .passed(ratio: 0.31)
  region.lockstep = .passed(ratio: 0.42)
  report.regions = [region]
  report.provenRegions = 3
  report.samples = [SampleRecord(kind: "normal, seed 1", shapes: ["image": [1, 3, 16, 16]])]
  var output = ValueFigures(graph: "graph", name: "scores", type: "float32")
  output.maximumError = 2.1e-7
  output.maximumRelativeError = 1.3e-7
  output.rmsWritten = 9.9e-8
  output.rmsOriginal = 1.1e-7
  output.signalToNoise = 137.9
  report.outputs = [output]
  return report
}

private func report(_ verdict: VerificationReport.Verdict) -> FoldReport {
  FoldReport(
    input: "model.onnx", output: "model.folded.onnx",
    before: ModelTotals(
      batchNormalizations: 3, nodes: 1203, parameters: 25_610_216, bytes: 102_558_976),
    after: ModelTotals(
      batchNormalizations: 1, nodes: 1201, parameters: 25_557_096, bytes: 102_345_678),
    sites: [
      SiteReport(
        name: "bn1", output: "bn1_out", opType: "BatchNormalization", graph: "",
        outcome: .folded(rule: "conv", into: ["Conv \"conv1\""])),
      SiteReport(
        name: "scale", output: "scaled", opType: "Mul", graph: "",
        outcome: .kept(reason: "\"x\" comes from outside the graph")),
      SiteReport(
        name: "bn2", output: "bn2_out", opType: "BatchNormalization",
        graph: "If \"choice\"/then_branch",
        outcome: .kept(
          reason: "before it: \"conv_out\" is read 2 times; behind it: Relu \"relu_of_the_second_"
            + "branch\" does not commute with it")),
    ],
    verification: verification(verdict),
    stages: [StageTime(name: "read", seconds: 0.0012), StageTime(name: "verify", seconds: 1.5)],
    peakMemory: 48_000_000)
}

@Test("A fold's report fits 80 columns", arguments: [true, false])
func foldReportText(_ isUnicode: Bool) throws {
  var report = report(.passed)
  report.explains = true
  report.tellsTiming = true
  let text = report.text(TextStyle(isUnicode: isUnicode))
  #expect(text.split(separator: "\n").allSatisfy { DisplayWidth.of(String($0)) <= 80 })
  #expect(isUnicode || text.allSatisfy(\.isASCII))
  try expectGolden(text, "fold-report-\(isUnicode ? "unicode" : "ascii").txt")
}

@Test("Without --explain only kept batch normalizations are named")
func keptSitesAreShown() {
  let text = report(.passed).text(TextStyle())
  #expect(text.contains("bn2"))
  #expect(!text.contains("bn1"))
  #expect(!text.contains("scale"))
}

@Test("A failure names the place, the numbers and what became of the output")
func failureText() throws {
  var verification = verification(.failed)
  verification.failures = [
    VerificationFailure(
      layer: .lockstep, graph: "If \"choice\"/then_branch", subject: "bn2",
      message: "differs from the original",
      element: ElementDifference(
        index: [0, 3, 1], found: 1.25, expected: 1.5, bound: 1e-6, count: 12, worstRatio: 250_000))
  ]
  verification.warnings = ["rounding of \"scores\" grew fourfold"]
  verification.gaps = ["a", "b"].map {
    CoverageGap(layer: .lockstep, graph: "graph", subject: $0, reason: "FFT cannot be evaluated")
  }
  var report = report(.failed)
  report.verification = verification
  report.ending = .refused("the verification failed")
  let text = report.text(TextStyle(isUnicode: true))
  try expectGolden(text, "fold-report-failed.txt")
}

@Test("The JSON object has its schema, version and every site")
func foldReportJSON() throws {
  try expectGolden(report(.passed).json.text, "fold-report.json")
}
