import GraphEvaluation
import ModelIR
import ModelVerification
import Testing

/// Numbers that another runtime recorded are held against one model, within the caller's tolerances.
@Suite struct RecordedLayerTests {
  /// x [4] → Relu → "inner" → Add [1, 1, 1, 1] → "y".
  private func model() throws -> Model {
    var sketch = GraphSketch()
    let inner = sketch.node("Relu", [sketch.input("x", [4])], "inner")
    let one = try sketch.constant("one", [1, 1, 1, 1], [4])
    sketch.output(sketch.node("Add", [inner, one], "y"))
    return sketch.model
  }

  private func tensor(_ numbers: [Float]) -> RuntimeTensor {
    RuntimeTensor(numbers, shape: [numbers.count])
  }

  /// x is [−1, 0, 1, 100], so inner is [0, 0, 1, 100] and y is [1, 1, 2, 101].
  private func verify(
    _ expected: [String: RuntimeTensor], _ change: (inout Tolerances) -> Void = { _ in }
  ) throws -> VerificationReport {
    var options = VerificationOptions()
    options.inputs = [["x": tensor([-1, 0, 1, 100])]]
    options.expected = [expected]
    change(&options.tolerances)
    return try RecordedLayer(model: model(), options: options).verify()
  }

  @Test func equalNumbersPass() throws {
    let report = try verify(["y": tensor([1, 1, 2, 101]), "inner": tensor([0, 0, 1, 100])])
    #expect(report.verdict == .passed)
    #expect(report.recorded.map(\.figures.name) == ["inner", "y"])
    #expect(report.recorded.allSatisfy { $0.beyond == 0 && $0.worstRatio == 0 })
    #expect(report.worstRatio(of: .recorded) == 0)
  }

  @Test func tolerancesAreAbsolutePlusRelative() throws {
    // atol + rtol·|expected| = 0.5 + 0.01·[1, 1, 2, 101] = [0.51, 0.51, 0.52, 1.51].
    let found = tensor([1.5, 0.5, 1.484, 102.5])
    let within = try verify(["y": found]) {
      $0.relative = 0.01; $0.absolute = 0.5
    }
    #expect(within.verdict == .passed)
    #expect(try #require(within.recorded.first).worstRatio > 0.98)

    let beyond = try verify(["y": found]) {
      $0.relative = 0.01
      $0.absolute = 0.5
      $0.absoluteByName["y"] = 0.4
    }
    #expect(beyond.verdict == .failed)
    let failure = try #require(beyond.failures.first)
    #expect(failure.layer == .recorded && failure.subject == "y")
    let element = try #require(failure.element)
    #expect(element.index == [0] && element.found == 1.5 && element.expected == 1)
    #expect(abs(element.bound - 0.41) < 1e-12)
    #expect(element.count == 4)
  }

  @Test func figuresAreThoseOfTheRecording() throws {
    let report = try verify(["y": tensor([1, 1, 2, 103])]) { $0.absolute = 5 }
    let figures = try #require(report.recorded.first?.figures)
    #expect(figures.maximumError == 2)
    #expect(figures.meanError == 0.5)
    #expect(figures.rmsWritten == 1)
    #expect(abs(figures.maximumRelativeError - 2 / 101) < 1e-12)
  }

  @Test func otherShapesAndNumbersThatAreNoneFail() throws {
    let shape = try verify(["y": tensor([1, 1, 2])])
    #expect(shape.verdict == .failed)
    #expect(try #require(shape.failures.first).message.contains("[3]"))
    let nan = try verify(["y": tensor([1, .nan, 2, 101])]) { $0.absolute = 1e9 }
    #expect(nan.verdict == .failed)
    #expect(nan.failures.first?.element?.index == [1])
  }

  /// With a second model the recording is compared beside it, with the first.
  @Test func recordingsGoWithTwoModels() throws {
    var options = VerificationOptions()
    options.inputs = [["x": tensor([-1, 0, 1, 100])]]
    options.expected = [["y": tensor([1, 1, 2, 99])]]
    let report = try Verifier(original: model(), written: model(), options: options).verify()
    #expect(report.failures.map(\.layer) == [.recorded])
    #expect(report.comparesModels)
  }
}
