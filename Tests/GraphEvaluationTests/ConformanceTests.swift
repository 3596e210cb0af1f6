import Foundation
import TestSupport
import Testing

@testable import GraphEvaluation

/// ONNX's own backend tests: nothing may be wrong, and what is unsupported stands on a list.
@Suite(.enabled(if: ConformanceCase.data != nil)) struct ConformanceTests {
  /// What came of a suite's cases.
  private struct Count {
    var cases = 0
    var passed = 0
    var passedByText = 0
    var unsupported = 0
    var wrong = 0
  }

  @Test func backendSuites() throws {
    var rows = ""
    var missing: [String: [String: Int]] = [:]
    for suite in ["node", "simple", "pytorch-converted", "pytorch-operator"] {
      let count = try run(suite, &missing)
      #expect(count.cases > 0)
      #expect(count.wrong == 0)
      #expect(
        count.passed >= ConformanceExpectations.passed[suite] ?? 0,
        "\(suite): \(count.passed) passed")
      #expect(
        count.cases
          == count.passed + count.passedByText + count.unsupported + count.wrong)
      rows +=
        "| \(suite) | \(count.cases) | \(count.passed) | \(count.passedByText) "
        + "| \(count.unsupported) | \(count.wrong) |\n"
    }
    if ProcessInfo.processInfo.environment["BNFOLD_WRITE_CONFORMANCE"] == "1" {
      let folder = "\(Samples.repository)/docs"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(text(rows, missing).utf8).write(to: URL(filePath: "\(folder)/conformance.md"))
    }
  }

  private func run(_ suite: String, _ missing: inout [String: [String: Int]]) throws -> Count {
    var count = Count()
    for example in try ConformanceCase.all(of: suite) {
      count.cases += 1
      switch example.verdict() {
      case .passed: count.passed += 1
      case .passedByText: count.passedByText += 1
      case .unsupported(let name, let what):
        let exclusion = ConformanceExpectations.exclusions.first { $0.covers(name, what) }
        guard let exclusion else {
          count.wrong += 1
          Issue.record("\(example.name): \(name) \(what) is unsupported and on no list")
          continue
        }
        count.unsupported += 1
        missing[exclusion.group, default: [:]][
          what.isEmpty ? name : "\(name): \(what)", default: 0] += 1
      case .wrong(let difference):
        count.wrong += 1
        Issue.record("\(example.name): \(difference)")
      }
    }
    return count
  }

  private func text(_ rows: String, _ missing: [String: [String: Int]]) -> String {
    var text = """
      # Conformance

      ONNX's own backend tests (onnx 1.19.1), each model run with its recorded inputs and compared
      with its recorded outputs (rtol 1e-3, atol 1e-7, as the suite itself does). Written by
      `make conformance`; the test that writes it fails when a case is wrong, or unsupported for a
      reason that is not listed here.

      | suite | cases | passed | text against recording | unsupported | wrong |
      |---|---:|---:|---:|---:|---:|
      \(rows)
      Text against recording: the standard defines QLinearMatMul as y = saturate(…), but four
      recordings with int8 outputs wrap around modulo 256, as the reference implementation's last
      cast does (-236 became 20). bnfold saturates. These cases do not count as passed; their
      outputs are compared with onnxruntime's, which saturates too and equals the recording
      wherever nothing wraps:


      """
    for name in ConformanceExpectations.contradicted.keys.sorted() { text += "- \(name)\n" }
    text += "\nUnsupported, all of it on purpose:\n\n| what | where | cases |\n|---|---|---:|\n"
    for exclusion in ConformanceExpectations.exclusions {
      let found = missing[exclusion.group] ?? [:]
      for (name, number) in found.sorted(by: { $0.key < $1.key }) {
        text += "| \(exclusion.group) | \(name) | \(number) |\n"
      }
    }
    return text + """

      ## Whole models

      `make test` also runs the samples, and a corpus of whole models where one lies beside the
      repository, with onnxruntime, its optimizations off (Tests/GraphEvaluationTests/CrossCheck).
      Every node is given the values that onnxruntime had, so that no error is carried on, and both
      results must lie within the bound of rounding around the node's result in Double: 0 for what
      moves, compares or selects, u·|R| for one operation, (K + 2)·u·(|w| ∗ |x| + |b|) for sums of
      K products. Then each model runs as a whole: its outputs must lie no more than four times as
      far from those in Double as onnxruntime's.

      """
  }
}
