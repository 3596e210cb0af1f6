import GraphTransforms
import ModelIR
import ModelVerification
import Testing

/// Models from which what is not needed was removed: correct ones pass, wrong ones do not.
@Suite struct SimplifiedModelTests {
  /// a = Sigmoid(Relu(x)), once or twice; y = a · Conv(x-branch of the same numbers).
  private func twice(_ merged: Bool, other: String = "Sigmoid") throws -> Model {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 3, 5, 4])
    let first = sketch.node("Sigmoid", [sketch.node("Relu", [x], "r1")], "a1")
    let second =
      merged ? first : sketch.node(other, [sketch.node("Relu", [x], "r2")], "a2")
    let w = try sketch.constant("w", [1, -2, 0.5], [1, 3, 1, 1])
    let conv = sketch.node("Conv", [second, w], "c")
    sketch.output(sketch.node("Mul", [conv, sketch.node("Neg", [first], "n")], "y"))
    return sketch.model
  }

  /// Regions whose inputs depend on each other are fed with what the original makes of them.
  @Test func mergedNodesPass() throws {
    let report = try Verifier(original: twice(false), written: twice(true), claims: []).verify()
    #expect(report.verdict == .passed, "\(report.failures) \(report.gaps)")
    #expect(!report.regions.isEmpty)
  }

  @Test func nodesThatOnlyLookAlikeFail() throws {
    let report = try Verifier(
      original: twice(false, other: "Tanh"), written: twice(true), claims: []
    ).verify()
    #expect(report.verdict == .failed)
    #expect(report.failures.contains { $0.layer == .regionProbe })
  }

  /// x · k with k computed from x's shape, or stored.
  private func scaled(by stored: Double?) throws -> Model {
    var sketch = GraphSketch()
    let x = sketch.input("x", [2, 3])
    let k: ValueID
    if let stored {
      k = try sketch.constant("k", [stored], [])
    } else {
      let size = sketch.node("Size", [x], "size")
      k = sketch.node("Cast", [size], "k", [Attribute("to", .int(1))])
    }
    sketch.output(sketch.node("Mul", [x, k], "y"))
    return sketch.model
  }

  /// A stored number in the place of one that follows from shapes is no unexplained parameter.
  @Test func constantsFromShapesPass() throws {
    let report = try Verifier(
      original: scaled(by: nil), written: scaled(by: 6), claims: []
    ).verify()
    #expect(report.verdict == .passed, "\(report.failures) \(report.gaps)")
    let wrong = try Verifier(
      original: scaled(by: nil), written: scaled(by: 6.001), claims: []
    ).verify()
    #expect(wrong.verdict == .failed)
  }
}
