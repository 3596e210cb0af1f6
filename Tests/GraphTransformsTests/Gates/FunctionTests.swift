import GraphTransforms
import ModelIR
import Testing

/// Sites in functions of the model: folded where the call stands, or kept with the call.
@Suite struct FunctionTests {
  /// Defines `local.ConvBN(x, w, gamma, beta, mean, variance) = y` with a reference to epsilon.
  @discardableResult
  private func defineConvBN(
    _ builder: inout GraphBuilder, opset: Int = 17, name: String = "ConvBN",
    extra: ((inout GraphBuilder, GraphID, ValueID) -> ValueID)? = nil
  ) -> GraphID {
    let body = builder.model.addGraph(name: name)
    let inputs = ["fx", "fw", "fg", "fb", "fm", "fv"].map {
      builder.model.addInput("\(name).\($0)", type: nil, to: body)
    }
    let c = builder.node(
      "Conv", [inputs[0], inputs[1]], ["pads": .ints([1, 1, 1, 1])], name: "\(name).conv",
      graph: body)
    var y = builder.node(
      "BatchNormalization", [c] + inputs[2...].map { $0 }, ["epsilon": .reference("eps")],
      name: "\(name).bn", graph: body)
    if let extra { y = extra(&builder, body, y) }
    builder.model[body].outputs = [y]
    builder.model.opsets["local"] = 1
    builder.model.functions.append(
      Function(
        domain: "local", name: name, body: body, defaultAttributes: [.init("eps", .float(0.5))],
        opsets: ["": opset, "local": 1]))
    return body
  }

  private func parameters(_ builder: inout GraphBuilder, _ name: String) -> [ValueID?] {
    [
      builder.constant("\(name).w", [4, 3, 3, 3]), builder.constant("\(name).gamma", [4]),
      builder.constant("\(name).beta", [4]), builder.constant("\(name).mean", [4]),
      builder.constant("\(name).variance", [4], [0.5, 1, 2, 0.25]),
    ]
  }

  @Test func aCallIsReplacedAndItsSiteFolded() throws {
    // The default of epsilon is 0.5, so that a fold with another one would be seen.
    for given in [nil, AttributeValue.float(0.125)] {
      var builder = GraphBuilder(seed: 60)
      let body = defineConvBN(&builder)
      let x = builder.input("x", [2, 3, 5, 6])
      let inputs = [x] + parameters(&builder, "p")
      builder.output(
        builder.node(
          "ConvBN", inputs, given.map { ["eps": $0] } ?? [:], name: "block", domain: "local"))
      let check = try FoldCheck(builder)
      check.expectFolded(into: ["Conv"], rule: "conv")
      #expect(check.result.model.functions.isEmpty)
      #expect(check.result.model[body].nodes.isEmpty)
      #expect(check.result.sites.map(\.name) == ["block/ConvBN.bn"])
    }
  }

  /// A call with parameters that are fed stays a call, and so does the function.
  @Test func aCallThatGivesNoConstantsStays() throws {
    var builder = GraphBuilder(seed: 61)
    let body = defineConvBN(&builder)
    let x = builder.input("x", [2, 3, 5, 6])
    let constant = parameters(&builder, "p")
    builder.output(builder.node("ConvBN", [x] + constant, name: "first", domain: "local"))
    let fed = builder.input("gamma", [4])
    var others = parameters(&builder, "q")
    others[1] = fed
    let second = builder.node("ConvBN", [x] + others, name: "second", domain: "local")
    builder.output(second)
    let check = try FoldCheck(builder)
    #expect(check.nodes == ["Conv", "ConvBN"])
    #expect(check.exact <= 1e-12)
    let kept = try #require(check.result.model.producer(of: second))
    // The call that stays is the same node, at the same place of the arena.
    #expect(check.original.producer(of: second) == kept)
    #expect(check.result.model.functions.map(\.body) == [body])
    let outcomes = check.result.sites.map(\.outcome)
    #expect(outcomes.count == 2)
    guard case .kept(.insideFunction(let name, let because)) = outcomes.last,
      case .folded = outcomes.first
    else {
      // Sites stand in the order of their graphs: the main one's first.
      Issue.record("\(outcomes)")
      return
    }
    #expect(name == "ConvBN")
    #expect(because.contains("gamma"))
  }

  /// Functions that call functions are opened as far as the sites in them need it.
  @Test func nestedCallsAreReplaced() throws {
    var builder = GraphBuilder(seed: 62)
    defineConvBN(&builder)
    let plain = builder.model.addGraph(name: "Act")
    let px = builder.model.addInput("px", type: nil, to: plain)
    builder.model[plain].outputs = [
      builder.node("LeakyRelu", [px], ["alpha": .reference("slope")], graph: plain)
    ]
    builder.model.functions.append(
      Function(
        domain: "local", name: "Act", body: plain, requiredAttributes: ["slope"],
        opsets: ["": 17]))
    let outer = builder.model.addGraph(name: "Outer")
    let inputs = (0..<6).map { builder.model.addInput("ox\($0)", type: nil, to: outer) }
    let inner = builder.node(
      "ConvBN", inputs.map { $0 }, ["eps": .reference("outer_eps")], name: "inner",
      domain: "local", graph: outer)
    let acted = builder.node(
      "Act", [inner], ["slope": .float(0.25)], name: "act", domain: "local", graph: outer)
    builder.model[outer].outputs = [acted, inputs[0]]
    builder.model.functions.append(
      Function(
        domain: "local", name: "Outer", body: outer, opsets: ["": 17, "local": 1]))
    let x = builder.input("x", [2, 3, 5, 6])
    let p = parameters(&builder, "p")
    let y = builder.node(
      "Outer", [x] + p, ["outer_eps": .float(2)], name: "call", domain: "local", outputs: 2)
    builder.output(y)
    let made = try #require(builder.model.producer(of: y))
    builder.output(try #require(builder.model[made].output(1)))
    let check = try FoldCheck(builder)
    // The second output is an input handed through; the activation without a site stays a call.
    #expect(check.nodes == ["Conv", "Act", "Identity"])
    #expect(check.exact <= 1e-12)
    #expect(check.result.sites.map(\.isFolded) == [true])
    #expect(check.result.model.functions.map(\.name) == ["Act"])
  }

  /// A body that means something else in the caller's operator set stays where it is.
  @Test func anotherOperatorSetIsNotMixedIn() throws {
    var builder = GraphBuilder(opset: 17, seed: 63)
    // ReduceMean got its axes as an input in 18.
    defineConvBN(&builder, opset: 18) { builder, body, y in
      builder.node("ReduceMean", [y], ["keepdims": .int(0)], graph: body)
    }
    let x = builder.input("x", [2, 3, 5, 6])
    let p = parameters(&builder, "p")
    builder.output(builder.node("ConvBN", [x] + p, name: "block", domain: "local"))
    let check = try FoldCheck(builder)
    check.expectKept {
      if case .insideFunction("ConvBN", let because) = $0 {
        because.contains("ReduceMean")
      } else {
        false
      }
    }
  }

  /// Arithmetic alone does not open a call.
  @Test func arithmeticAloneOpensNoCall() throws {
    var builder = GraphBuilder(seed: 64)
    defineConvBN(&builder) { builder, body, y in
      let two = builder.node("Constant", [], ["value_float": .float(2)], graph: body)
      return builder.node("Mul", [y, two], graph: body)
    }
    let x = builder.input("x", [2, 3, 5, 6])
    var p = parameters(&builder, "p")
    p[3] = builder.input("mean", [4])
    let call = builder.node("ConvBN", [x] + p, name: "block", domain: "local")
    builder.output(call)
    let check = try FoldCheck(builder)
    #expect(check.result.journal.isEmpty)
    #expect(check.nodes == ["ConvBN"])
    // With constants it is folded like everything else.
    builder = GraphBuilder(seed: 64)
    defineConvBN(&builder) { builder, body, y in
      let two = builder.node("Constant", [], ["value_float": .float(2)], graph: body)
      return builder.node("Mul", [y, two], graph: body)
    }
    let again = builder.input("x", [2, 3, 5, 6])
    let q = parameters(&builder, "p")
    builder.output(builder.node("ConvBN", [again] + q, name: "block", domain: "local"))
    let folded = try FoldCheck(builder)
    #expect(folded.nodes == ["Conv"])
    #expect(folded.exact <= 1e-12)
    #expect(folded.result.sites.map(\.isFolded) == [true, true])
  }

  /// Two calls of one function get names of their own.
  @Test func everyCallHasItsOwnCopies() throws {
    var builder = GraphBuilder(seed: 65)
    defineConvBN(&builder)
    let x = builder.input("x", [1, 3, 4, 4])
    for call in ["one", "two"] {
      let p = parameters(&builder, call)
      builder.output(builder.node("ConvBN", [x] + p, name: call, domain: "local"))
    }
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["Conv", "Conv"])
    let main = check.result.model[check.result.model.mainGraph]
    #expect(
      main.nodes.map { check.result.model[$0].name } == ["one/ConvBN.conv", "two/ConvBN.conv"])
  }
}
