import ModelIR
import ModelVerification
import Testing

/// What a caller sees of two models is compared by name, type and shape.
@Suite struct InterfaceTests {
  private func model(
    input: String = "x", output: String = "y", shape: [Int] = [2, 3], type: DataType = .float32,
    second: Bool = false
  ) -> Model {
    var sketch = GraphSketch()
    let x = sketch.input(input, shape, type)
    let y = sketch.node("Relu", [x], output)
    if second {
      sketch.output(y, sketch.node("Neg", [x], "z"))
    } else {
      sketch.output(y)
    }
    return sketch.model
  }

  private func subjects(_ a: Model, _ b: Model) throws -> [String] {
    let report = try Verifier(original: a, written: b).verify()
    #expect(report.verdict == (report.failures.isEmpty ? .passed : .failed))
    return report.failures.filter { $0.layer == .interface }.map(\.subject)
  }

  @Test func differencesAreNamed() throws {
    #expect(try subjects(model(), model()) == [])
    #expect(try subjects(model(), model(output: "other")) == ["y", "other"])
    #expect(try subjects(model(), model(input: "other")) == ["x", "other"])
    #expect(try subjects(model(second: true), model()) == ["z"])
    #expect(try subjects(model(), model(second: true)) == ["z"])
    #expect(try subjects(model(), model(shape: [2, 4])).contains("x"))
    #expect(try subjects(model(), model(shape: [2, 3, 1])).contains("x"))
    #expect(try subjects(model(), model(type: .float64)).contains("x"))
  }

  @Test func orderOfOutputsCounts() throws {
    let a = model(second: true)
    var b = a
    b[b.mainGraph].outputs.reverse()
    #expect(try subjects(a, b).count == 1)
  }

  /// A default that callers could override is gone.
  @Test func droppedDefaultsAreNamed() throws {
    func model(listed: Bool) throws -> Model {
      var sketch = GraphSketch()
      let x = sketch.input("x", [2, 3])
      let w = try sketch.constant("w", [1, 2, 3], [3])
      if listed {
        sketch.model[w].isGraphInput = true
        sketch.model[sketch.graph].inputs.append(w)
      }
      sketch.output(sketch.node("Mul", [x, w], "y"))
      return sketch.model
    }
    let (a, b) = (try model(listed: true), try model(listed: false))
    #expect(try subjects(a, b) == ["w"])
    var options = VerificationOptions()
    options.assumesConstantDefaults = true
    let report = try Verifier(original: a, written: b, options: options).verify()
    #expect(report.verdict == .passed)
  }
}
