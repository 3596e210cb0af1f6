import GraphEvaluation
import ModelIR
import ModelVerification
import Testing

/// Folds inside bodies and functions are compared there, and wrong ones found there.
@Suite struct NestedGraphTests {
  private let fold = SmallFold(3, seed: 11)

  private var planted: SmallFold {
    var copy = fold
    copy.bn.beta[1] += 0.01
    return copy
  }

  /// If with a fold in the branch that runs when the condition holds.
  private func conditional(_ folded: SmallFold?, capturing: Bool = false) throws -> Model {
    var sketch = GraphSketch()
    let condition = sketch.input("condition", [1], .bool)
    let x = sketch.input("x", [1, 3, 6, 5])
    let then = try sketch.body { body in
      if let folded { return try folded.drawFolded(&body, x, "branch") }
      return try fold.draw(&body, x, "branch")
    }
    let other = sketch.body { $0.node("Neg", [x], "other") }
    sketch.output(
      sketch.node(
        "If", [condition], "y",
        [Attribute("then_branch", .graph(then)), Attribute("else_branch", .graph(other))]))
    return sketch.model
  }

  @Test func branchesAreCompared() throws {
    let report = try Verifier(
      original: conditional(nil), written: conditional(fold), claims: []
    ).verify()
    #expect(report.failures.isEmpty, "\(report.failures)")
    #expect(report.regions.map(\.graph) == ["graph/If \"y\"/then_branch"])
    // Both values of the condition were tried, so the branch ran.
    #expect(report.completeSamples == 2)
    let region = try #require(report.regions.first)
    #expect(region.probe.ratio != nil)
    #expect(region.lockstep.ratio != nil)
    #expect(report.gaps.allSatisfy { $0.layer == .parameters })
  }

  @Test func wrongFoldsInBranchesAreFound() throws {
    let report = try Verifier(
      original: conditional(nil), written: conditional(planted), claims: []
    ).verify()
    #expect(Set(report.failures.map(\.layer)) == [.regionProbe, .lockstep])
    #expect(report.failures.allSatisfy { $0.subject == "branch" && $0.element?.index[1] == 1 })
  }

  /// If whose branches read what a fold before it makes, under a name of its own.
  private func behind(_ folded: SmallFold?) throws -> Model {
    var sketch = GraphSketch()
    let condition = sketch.input("condition", [1], .bool)
    let x = sketch.input("x", [1, 3, 6, 5])
    let before =
      try folded.map { try $0.drawFolded(&sketch, x, "folded") } ?? fold.draw(&sketch, x, "plain")
    let then = sketch.body { $0.node("Neg", [$0.node("Relu", [before], "r")], "then") }
    let other = try sketch.body { body in
      let half = try body.constant("half", [0.5], [])
      return body.node("Mul", [before, half], "other")
    }
    sketch.output(
      sketch.node(
        "If", [condition], "y",
        [Attribute("then_branch", .graph(then)), Attribute("else_branch", .graph(other))]))
    return sketch.model
  }

  /// What comes out of If is bounded as the branch that ran says.
  @Test func boundsGoThroughBranches() throws {
    let report = try Verifier(
      original: behind(nil), written: behind(fold), claims: []
    ).verify()
    #expect(report.failures.isEmpty, "\(report.failures)")
    #expect(report.completeSamples == 2)
    let region = try #require(report.regions.first { $0.graph == "graph" })
    #expect(try #require(region.probe.ratio) > 0)
    #expect(try #require(region.lockstep.ratio) > 0)
    #expect(report.gaps.allSatisfy { $0.layer == .parameters }, "\(report.gaps)")
    let wrong = try Verifier(
      original: behind(nil), written: behind(planted), claims: []
    ).verify()
    #expect(Set(wrong.failures.map(\.layer)).isSuperset(of: [.regionProbe, .lockstep]))
  }

  /// A loop that sends its state through the fold three times.
  private func loop(_ folded: SmallFold?) throws -> Model {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 3, 6, 5])
    let count = try #require(Tensor([3] as [Int64], shape: .scalar))
    let trips = sketch.model.addInitializer("trips", count, to: sketch.graph)
    let body = sketch.model.addGraph(name: "body")
    let outer = sketch.graph
    sketch.graph = body
    sketch.input("iteration", [], .int64)
    let going = sketch.input("going", [], .bool)
    let state = sketch.input("state", [1, 3, 6, 5])
    let goOn = sketch.node("Identity", [going], "go on")
    let next: ValueID
    if let folded {
      next = try folded.drawFolded(&sketch, state, "next")
    } else {
      next = try fold.draw(&sketch, state, "next")
    }
    sketch.model[body].outputs = [goOn, next]
    sketch.graph = outer
    sketch.output(
      sketch.node("Loop", [trips, nil, x], "y", [Attribute("body", .graph(body))]))
    return sketch.model
  }

  @Test func loopsAreCompared() throws {
    let report = try Verifier(original: loop(nil), written: loop(fold), claims: []).verify()
    #expect(report.failures.isEmpty, "\(report.failures)")
    #expect(report.regions.count == 1)
    #expect(report.regions.first?.lockstep.ratio != nil)
    let wrong = try Verifier(original: loop(nil), written: loop(planted), claims: []).verify()
    #expect(Set(wrong.failures.map(\.layer)) == [.regionProbe, .lockstep])
  }

  /// A function of the model's own, called twice.
  private func function(_ folded: SmallFold?) throws -> Model {
    var sketch = GraphSketch()
    sketch.model.opsets["my"] = 1
    let x = sketch.input("x", [1, 3, 6, 5])
    let body = try sketch.body { body in
      let inner = body.model.addInput("inner", type: nil, to: body.graph)
      if let folded { return try folded.drawFolded(&body, inner, "result") }
      return try fold.draw(&body, inner, "result")
    }
    sketch.model.functions.append(
      Function(domain: "my", name: "Block", body: body, opsets: ["": 15]))
    let first = sketch.node("Block", [x], "first", domain: "my")
    sketch.output(sketch.node("Block", [first], "y", domain: "my"))
    return sketch.model
  }

  @Test func functionsAreCompared() throws {
    let report = try Verifier(
      original: function(nil), written: function(fold), claims: []
    ).verify()
    #expect(report.failures.isEmpty, "\(report.failures)")
    #expect(report.regions.map(\.graph) == ["function my.Block"])
    #expect(report.regions.first?.probe.ratio != nil)
    #expect(report.regions.first?.lockstep.ratio != nil)
    let wrong = try Verifier(
      original: function(nil), written: function(planted), claims: []
    ).verify()
    #expect(Set(wrong.failures.map(\.layer)) == [.regionProbe, .lockstep])
  }

  /// Functions that each call the next twice, 40 deep, before a fold: a trillion nodes to run.
  @Test func callsThatMultiplyAreAGap() throws {
    func model(_ folded: Bool) throws -> Model {
      var sketch = GraphSketch()
      sketch.model.opsets["my"] = 1
      var x = sketch.input("x", [1, 3, 6, 5])
      for level in 0..<40 {
        let body = sketch.body { body in
          let inner = body.model.addInput("inner\(level)", type: nil, to: body.graph)
          guard level < 39 else { return body.node("Relu", [inner], "out\(level)") }
          let once = body.node("Call\(level + 1)", [inner], "once\(level)", domain: "my")
          return body.node("Call\(level + 1)", [once], "out\(level)", domain: "my")
        }
        sketch.model.functions.append(
          Function(domain: "my", name: "Call\(level)", body: body, opsets: ["": 15, "my": 1]))
      }
      x = sketch.node("Call0", [x], "called", domain: "my")
      sketch.output(
        try folded ? fold.drawFolded(&sketch, x, "y") : fold.draw(&sketch, x, "y"))
      return sketch.model
    }
    var options = VerificationOptions()
    options.evaluation.maximumSteps = 10_000
    let report = try Verifier(
      original: model(false), written: model(true), claims: [], options: options
    ).verify()
    #expect(report.failures.isEmpty, "\(report.failures)")
    #expect(report.verdict == .partlyCovered)
    // The region itself is probed, but nothing ran from end to end.
    #expect(report.regions.first?.probe.ratio != nil)
    #expect(!report.ranEndToEnd)
    #expect(report.gaps.contains { $0.reason.contains("10000 nodes") }, "\(report.gaps)")
  }

  /// A body that reads a value which only one of the models has is compared with the node around.
  @Test func bodiesThatReadVanishedValuesAreNotComparedAlone() throws {
    func model(_ folded: Bool) throws -> Model {
      var sketch = GraphSketch()
      let condition = sketch.input("condition", [1], .bool)
      let x = sketch.input("x", [1, 3, 6, 5])
      let middle =
        try folded
        ? fold.drawFolded(&sketch, x, "renamed") : fold.draw(&sketch, x, "norm")
      let then = sketch.body { $0.node("Neg", [middle], "then") }
      let other = sketch.body { $0.node("Relu", [middle], "other") }
      sketch.output(
        sketch.node(
          "If", [condition], "y",
          [Attribute("then_branch", .graph(then)), Attribute("else_branch", .graph(other))]))
      return sketch.model
    }
    let report = try Verifier(original: model(false), written: model(true), claims: []).verify()
    #expect(report.regions.map(\.graph) == ["graph"])
    #expect(report.verdict == .partlyCovered)
  }
}
