import ModelIR
import Testing

@testable import GraphEvaluation

@Suite struct KernelCaseTests {
  @Test(arguments: KernelCase.recorded, [EvaluationPrecision.stored, .double])
  func agreesWithTheRecording(_ recorded: KernelCase, precision: EvaluationPrecision) throws {
    let outputs = try recorded.run(precision, options: EvaluationOptions(threads: 2))
    for (found, expected) in zip(outputs, recorded.outputs) {
      #expect(found.shape == expected.shape)
      #expect(found.dataType == expected.type)
      let scale = expected.values.reduce(1) { max($0, $1.magnitude.isFinite ? $1.magnitude : 0) }
      for (a, b) in zip(found.doubles(), expected.values) {
        #expect(a == b || (a - b).magnitude <= 2e-6 * scale, "\(a), \(b) recorded")
      }
    }
  }
}
