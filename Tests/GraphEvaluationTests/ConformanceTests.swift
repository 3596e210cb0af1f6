import Foundation
import TestSupport
import Testing

@testable import GraphEvaluation

/// ONNX's own backend tests: nothing may be wrong, and what is unsupported stands on a list.
@Suite(.enabled(if: ConformanceCase.data != nil)) struct ConformanceTests {
  @Test func backendSuites() throws {
    var text = """
      # Conformance

      ONNX's own backend tests (onnx 1.19.1), each model run with its recorded inputs and compared
      with its recorded outputs (rtol 1e-3, atol 1e-7). Written by `make conformance`.

      | suite | cases | passed | unsupported | disputed | wrong |
      |---|---|---|---|---|---|

      """
    var missing: [String: Int] = [:]
    for suite in ["node", "simple", "pytorch-converted", "pytorch-operator"] {
      let cases = try ConformanceCase.all(of: suite)
      #expect(!cases.isEmpty)
      var (passed, unsupported, disputed, wrong) = (0, 0, 0, 0)
      for example in cases {
        switch example.verdict() {
        case .passed: passed += 1
        case .unsupported(let name, let what):
          unsupported += 1
          let isExcluded =
            ConformanceExpectations.excluded[name] != nil
            || ConformanceExpectations.excludedTypes.contains { what.contains($0) }
          #expect(isExcluded, "\(example.name): \(name) \(what)")
          missing[what.isEmpty ? name : "\(name): \(what)", default: 0] += 1
        case .wrong(let difference):
          if ConformanceExpectations.disputed.contains(example.name) {
            disputed += 1
          } else {
            wrong += 1
            Issue.record("\(example.name): \(difference)")
          }
        }
      }
      #expect(passed >= ConformanceExpectations.passed[suite] ?? 0, "\(suite): \(passed) passed")
      text +=
        "| \(suite) | \(cases.count) | \(passed) | \(unsupported) | \(disputed) | \(wrong) |\n"
    }
    text += "\nDisputed: the recorded outputs of four QLinearMatMul cases wrap around, where the\n"
    text += "operator's definition (and onnxruntime) saturate.\n\n"
    text += "| unsupported | cases |\n|---|---|\n"
    for (name, count) in missing.sorted(by: { $0.key < $1.key }) {
      text += "| \(name) | \(count) |\n"
    }
    if ProcessInfo.processInfo.environment["BNFOLD_WRITE_CONFORMANCE"] == "1" {
      let folder = "\(Samples.repository)/docs"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(filePath: "\(folder)/conformance.md"))
    }
  }
}
