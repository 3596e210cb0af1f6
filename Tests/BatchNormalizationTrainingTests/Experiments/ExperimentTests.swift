import ModelReports
import Synchronization
import TestSupport
import Testing

@testable import BatchNormalizationTraining

@Suite("The experiments as a whole")
struct ExperimentTests {
  private func run(_ parts: [Experiment.Part]) throws -> ExperimentReport {
    var options = ExperimentOptions()
    options.steps = 12
    options.exportedSteps = 60
    options.width = 12
    options.evaluations = 3
    let digits = DigitCollection.drawn(training: 300, test: 80, seed: 1)
    let folder = try ScratchFolder()
    let lines = Mutex(0)
    let report = try Experiment(options, digits: digits).run(parts, writingTo: folder.path) { _ in
      lines.withLock { $0 += 1 }
    }
    #expect(lines.withLock { $0 } > 0)
    return report
  }

  @Test("Every part gives its rows, numbers and charts")
  func all() throws {
    let report = try run(Experiment.Part.allCases)
    #expect(report.sigmoid.map(\.name) == ["without BN", "with BN"])
    #expect(
      report.rates.prefix(5).map(\.name) == ["baseline", "BN", "BN ×5", "BN ×30", "BN ×5 sigmoid"])
    #expect(report.networks.map(\.name) == ["mlp", "cnn"])
    #expect(report.holds)
    let page = report.page.text
    #expect(page.ranges(of: "<svg class=\"half\"").count == 6)
    #expect(!page.contains("http://") || !page.contains("src=\"http"))
    let text = report.text(TextStyle(isUnicode: true, width: 100))
    for name in ["without BN ×30", "BN ×5 sigmoid", "cnn"] { #expect(text.contains(name)) }
    #expect(report.json.text.contains("\"schema\": \"bn-experiment.report\""))
    // A line for each checkpoint: ten networks, the beginning and three more, and a heading.
    #expect(report.table.split(separator: "\n").count == 1 + 10 * 4)
  }

  @Test(
    "Networks of one comparison begin with the same weights and learn at the rates of the paper")
  func jobs() throws {
    let report = try run([.rates])
    let base = ExperimentOptions().baseRate
    #expect(report.sigmoid.isEmpty && report.networks.isEmpty)
    #expect(
      report.rates.map { $0.options.rate / base }.map { ($0).rounded() } == [
        1, 1, 5, 30, 5, 5, 30, 5,
      ])
    #expect(
      report.rates.map(\.plan.isNormalized) == [false, true, true, true, true, false, false, false])
    let plain = Network<Float>(report.rates[0].plan, seed: 1)
    let normalized = Network<Float>(report.rates[1].plan, seed: 1)
    #expect(plain.parameters[0].values == normalized.parameters[0].values)
  }
}
