import GraphEvaluation
import ModelIR
import ModelVerification
import Testing

/// Values whose number of elements follows from a comparison that rounding turns over.
struct UndecidedShapeTests {
  private let fold = SmallFold(3, seed: 11)

  /// The places where (y · 0.1) ÷ 0.1 is not y, behind a fold.
  private func model(_ folded: SmallFold?) throws -> Model {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 3, 6, 5])
    let y = try folded.map { try $0.drawFolded(&sketch, x, "y") } ?? fold.draw(&sketch, x, "y")
    let tenth = try sketch.constant("tenth", [0.1], [])
    let there = sketch.node("Div", [sketch.node("Mul", [y, tenth], "p"), tenth], "q")
    let places = sketch.node("NonZero", [sketch.node("Sub", [there, y], "d")], "places")
    sketch.output(sketch.node("Cast", [places], "z", [Attribute("to", .int(1))]))
    return sketch.model
  }

  @Test func rightFoldsAreNotRefused() throws {
    let report = try Verifier(original: model(nil), written: model(fold), claims: []).verify()
    #expect(report.failures.isEmpty, "\(report.failures)")
    #expect(
      report.gaps.contains { $0.subject == "z" && $0.reason.contains("depends on rounding") })
  }

  @Test func wrongOnesAre() throws {
    var wrong = fold
    wrong.bn.beta[1] += 0.01
    let report = try Verifier(original: model(nil), written: model(wrong), claims: []).verify()
    #expect(Set(report.failures.map(\.layer)).isSuperset(of: [.regionProbe, .lockstep]))
  }
}
