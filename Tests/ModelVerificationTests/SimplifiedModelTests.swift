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

  /// x·k and −x·l with k = l computed from x's shape, or one stored number for both.
  private func scaledTwice(by stored: Double?) throws -> Model {
    var sketch = GraphSketch()
    let x = sketch.input("x", [2, 3])
    func size(_ name: String) -> ValueID {
      let size = sketch.node("Size", [x], "size of \(name)")
      return sketch.node("Cast", [size], name, [Attribute("to", .int(1))])
    }
    let one = try stored.map { try sketch.constant("l", [$0], []) }
    let k = one ?? size("k")
    let l = one ?? size("l")
    let y = sketch.node("Mul", [x, k], "y")
    sketch.output(y, sketch.node("Mul", [sketch.node("Neg", [x], "n"), l], "z"))
    return sketch.model
  }

  /// It is explained wherever it is read.
  @Test func sharedConstantsFromShapesPass() throws {
    let report = try Verifier(
      original: scaledTwice(by: nil), written: scaledTwice(by: 6), claims: []
    ).verify()
    #expect(report.verdict == .passed, "\(report.failures) \(report.gaps)")
    let wrong = try Verifier(
      original: scaledTwice(by: nil), written: scaledTwice(by: 6.001), claims: []
    ).verify()
    #expect(wrong.verdict == .failed)
    #expect(Set(wrong.failures.map(\.subject)).isSuperset(of: ["y", "z"]))
  }

  /// A Conv of Relu(r), or of r, where `first` makes r, which is an output too.
  private func behind(_ first: String, repeats: Bool, by way: [String] = []) throws -> Model {
    var sketch = GraphSketch()
    var r = sketch.node(first, [sketch.input("x", [1, 3, 5, 4])], "first")
    for (step, name) in way.enumerated() { r = sketch.node(name, [r], "step\(step)") }
    r = sketch.node("Identity", [r], "r")
    let w = try sketch.constant("w", [1, -2, 0.5], [1, 3, 1, 1])
    let y = sketch.node("Conv", [repeats ? sketch.node("Relu", [r], "r2") : r, w], "y")
    sketch.output(y, r)
    return sketch.model
  }

  /// What a Relu does not change behind another one is not missed; elsewhere it is.
  @Test(arguments: ["Relu", "Sigmoid", "Softmax", "Exp", "Neg", "Elu"])
  func operatorsThatDoNothingThere(first: String) throws {
    let report = try Verifier(
      original: behind(first, repeats: true), written: behind(first, repeats: false), claims: []
    ).verify()
    let isRight = !["Neg", "Elu"].contains(first)
    #expect(
      report.verdict == (isRight ? .passed : .failed), "\(report.failures) \(report.gaps)")
  }

  /// What limits a value may stand some nodes before it.
  @Test func operatorsThatDoNothingFurtherOn() throws {
    for (first, isRight) in [("Relu", true), ("Tanh", false)] {
      let way = ["Sqrt", "Floor", "Ceil", "Round"].filter { isRight || $0 != "Sqrt" }
      let report = try Verifier(
        original: behind(first, repeats: true, by: way),
        written: behind(first, repeats: false, by: way), claims: []
      ).verify()
      #expect(
        report.verdict == (isRight ? .passed : .failed), "\(report.failures) \(report.gaps)")
    }
  }

  /// Reshape(b, shape of b with its last axes flattened) for b = x or −(−x), then a Conv of it.
  private func flattened(twice: Bool) throws -> Model {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 3, 5, 4])
    let b = twice ? sketch.node("Neg", [sketch.node("Neg", [x], "n")], "b") : x
    func integers(_ name: String, _ number: Int64) throws -> ValueID {
      let tensor = try #require(Tensor([number], shape: .vector(1)))
      return sketch.model.addInitializer(name, tensor, to: sketch.graph)
    }
    let zero = try integers("i0", 0)
    let end = try integers("i1", 2)
    let rest = try integers("i2", -1)
    let lead = sketch.node("Slice", [sketch.node("Shape", [b], "s"), zero, end], "d")
    let shape = sketch.node("Concat", [lead, rest], "t", [Attribute("axis", .int(0))])
    let flat = sketch.node("Reshape", [b, shape], "f")
    let w = try sketch.constant("w", [1, -2, 0.5], [1, 3, 1])
    sketch.output(sketch.node("Conv", [flat, w], "y"))
    return sketch.model
  }

  /// A region that tells the shape of what it makes, and gets it back, is run with that shape.
  @Test func shapesThatComeBack() throws {
    let report = try Verifier(
      original: flattened(twice: true), written: flattened(twice: false), claims: []
    ).verify()
    #expect(report.verdict == .passed, "\(report.failures) \(report.gaps)")
    #expect(report.regions.contains { if case .passed = $0.probe { true } else { false } })
  }

  /// x·(((size·a) + b) − b) with the factor computed from x's shape, or stored.
  private func cancelled(_ stored: Float?) throws -> Model {
    var sketch = GraphSketch()
    let x = sketch.input("x", [2, 3])
    let k: ValueID
    if let stored {
      k = try sketch.constant("k", [Double(stored)], [])
    } else {
      // The size of what goes with the chain.
      let size = sketch.node("Size", [sketch.node("Exp", [x], "e")], "size")
      let number = sketch.node("Cast", [size], "n", [Attribute("to", .int(1))])
      let a = sketch.node("Mul", [number, try sketch.constant("a", [0.1], [])], "s")
      let b = try sketch.constant("b", [1000], [])
      k = sketch.node("Sub", [sketch.node("Add", [a, b], "t"), b], "k")
    }
    sketch.output(sketch.node("Mul", [x, k], "y"))
    return sketch.model
  }

  /// What a chain of roundings makes of shapes is right where it is what the chain makes, to the
  /// bit.
  @Test func constantsFromShapesCarryTheirChainsRoundings() throws {
    let chained: Float = ((6 * 0.1) + 1000) - 1000
    let report = try Verifier(
      original: cancelled(nil), written: cancelled(chained), claims: []
    ).verify()
    #expect(report.verdict == .passed, "\(report.failures) \(report.gaps)")
    for wrong in [chained.nextUp, chained.nextDown, chained * 1.001] {
      let report = try Verifier(
        original: cancelled(nil), written: cancelled(wrong), claims: []
      ).verify()
      #expect(report.verdict == .failed)
    }
  }
}
