import GraphTransforms
import ModelIR
import Testing

/// Sites and values in the bodies of other nodes and in functions.
@Suite struct SubgraphTests {
  /// An If whose branches are made by the closures from a value of the outer graph.
  private func choice(
    _ builder: inout GraphBuilder, _ then: @escaping (inout GraphBuilder, GraphID) -> ValueID,
    _ otherwise: @escaping (inout GraphBuilder, GraphID) -> ValueID
  ) -> ValueID {
    let condition = builder.model.addInitializer(
      "condition", builder.flag(true), to: builder.model.mainGraph)
    var bodies: [GraphID] = []
    for (name, make) in [("then", then), ("else", otherwise)] {
      let body = builder.model.addGraph(name: name)
      let value = make(&builder, body)
      builder.model[body].outputs = [value]
      bodies.append(body)
    }
    return builder.node(
      "If", [condition],
      ["then_branch": .graph(bodies[0]), "else_branch": .graph(bodies[1])])
  }

  @Test func sitesInBodiesAreFolded() throws {
    var builder = GraphBuilder(seed: 51)
    let x = builder.input("x", [1, 3, 4, 4])
    let w = builder.constant("w", [4, 3, 1, 1])
    let y = choice(&builder) { builder, body in
      let c = builder.node("Conv", [x, w], graph: body)
      return builder.normalization(c, 4, name: "inner", graph: body)
    } _: { builder, body in
      builder.node("Conv", [x, w], ["strides": .ints([1, 1])], graph: body)
    }
    builder.output(y)
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["If"])
    let bodies = check.result.model.graphs.dropFirst().map { graph in
      graph.nodes.map { check.result.model[$0].opType }
    }
    #expect(bodies == [["Conv"], ["Conv"]])
    // The other branch still reads the old weight.
    #expect(check.result.model[w].initializer != nil)
    // The new one belongs to the body that reads it.
    #expect(check.result.claims.allSatisfy { check.result.model[$0.target].graph != GraphID(0) })
  }

  @Test func aValueOfTheOuterGraphIsNotTouched() throws {
    var builder = GraphBuilder(seed: 52)
    let x = builder.input("x", [1, 3, 4, 4])
    let c = builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])], name: "outer")
    let y = choice(&builder) { builder, body in
      builder.normalization(c, 4, name: "inner", graph: body)
    } _: { builder, body in
      builder.node("Relu", [c], graph: body)
    }
    builder.output(y)
    try FoldCheck(builder).expectKept { $0.backward == .madeOutside(value: "outer_out") }
  }

  @Test func aValueThatABodyReadsIsNotTouched() throws {
    var builder = GraphBuilder(seed: 53)
    let x = builder.input("x", [1, 3, 4, 4])
    let c = builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])], name: "outer")
    builder.output(builder.normalization(c, 4))
    let y = choice(&builder) { builder, body in
      builder.node("Relu", [c], graph: body)
    } _: { builder, body in
      builder.node("Abs", [c], graph: body)
    }
    builder.output(y)
    try FoldCheck(builder).expectKept { $0.backward == .captured(value: "outer_out") }
  }

  @Test func aResultThatABodyReadsIsFoldedBackwardOnly() throws {
    var builder = GraphBuilder(seed: 54)
    let x = builder.input("x", [1, 3, 4, 4])
    let n = builder.normalization(builder.node("Relu", [x]), 3, name: "bn")
    let w = builder.constant("w", [4, 3, 1, 1])
    let y = choice(&builder) { builder, body in
      builder.node("Conv", [n, w], graph: body)
    } _: { builder, body in
      builder.node("Conv", [n, w], graph: body)
    }
    builder.output(y)
    try FoldCheck(builder).expectKept { $0.forward == .captured(value: "bn_out") }
  }

  @Test func parametersOfAFunctionAreItsCallers() throws {
    var builder = GraphBuilder()
    let body = builder.model.addGraph(name: "ConvBN")
    let inputs = ["x", "w", "g", "b", "m", "v"].map {
      builder.model.addInput($0, type: nil, to: body)
    }
    let c = builder.node("Conv", [inputs[0], inputs[1]], graph: body)
    let y = builder.node(
      "BatchNormalization", [c] + inputs[2...].map { $0 }, name: "inside", graph: body)
    builder.model[body].outputs = [y]
    builder.model.functions = [Function(domain: "local", name: "ConvBN", body: body)]
    let result = FoldPass().run(builder.model)
    let outcomes = result.sites.map(\.outcome)
    guard outcomes.count == 1, case .kept(.insideFunction(name: "ConvBN", _)) = outcomes[0] else {
      Issue.record("\(outcomes)")
      return
    }
  }
}
