import GraphTransforms
import ModelIR
import Testing

/// Nodes and constants that are there twice, and what nothing reads.
@Suite struct CommonNodesTests {
  typealias Case = SimplificationCase

  static let all: [Case] = [
    Case("the same twice, two levels deep", ["Relu", "Neg", "Add"]) {
      let x = $0.input("x", [3])
      let a = $0.node("Neg", [$0.relu(x)])
      return $0.node("Add", [a, $0.node("Neg", [$0.relu(x)])])
    },
    Case("the same with copies of a constant", ["Mul", "Add"]) {
      let x = $0.input("x", [3])
      let (a, b) = ($0.constant("a", [3], [1, 2, 3]), $0.constant("b", [3], [1, 2, 3]))
      return $0.node("Add", [$0.node("Mul", [x, a]), $0.node("Mul", [x, b])])
    },
    Case("other attributes", ["Softmax", "Softmax", "Add"]) {
      let x = $0.input("x", [3, 3])
      let a = $0.node("Softmax", [x], ["axis": .int(0)])
      return $0.node("Add", [a, $0.node("Softmax", [x], ["axis": .int(1)])])
    },
    Case("operands in another order", ["Neg", "Sub", "Sub", "Mul"]) {
      let x = $0.input("x", [3])
      let y = $0.node("Neg", [x])
      return $0.node("Mul", [$0.node("Sub", [x, y]), $0.node("Sub", [y, x])])
    },
    Case(
      "a node that reads more than rules look through, one branch twice",
      Array(repeatElement(["Add", "Relu"], count: 40).joined()) + ["Sum"]
    ) {
      let x = $0.input("x", [3])
      let constants = (0..<40).map { [Double($0), 1, -Double($0)] }
      var ends: [ValueID] = []
      for numbers in constants + constants[7...7] {
        let sum = $0.node("Add", [x, $0.constant("c", [3], numbers)])
        ends.append($0.relu($0.relu($0.relu(sum))))
      }
      return $0.node("Sum", ends)
    },
    Case("unused nodes", ["Relu"]) {
      let y = $0.relu($0.input("x", [3]))
      $0.node("Neg", [$0.node("Exp", [y])])
      return y
    },
  ]

  @Test(arguments: all) func isRight(_ example: Case) throws { try example.check() }

  /// Constants that differ stay two; an unused one goes.
  @Test func constantsAreToldApartByBits() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2])
    let a = builder.constant("a", [2], [0, 1])
    let b = builder.constant("b", [2], [0.5, 1])
    let c = builder.constant("c", [2], [0, 1])
    _ = builder.constant("unused", [2])
    let sum = builder.node("Max", [builder.node("Max", [x, a]), builder.node("Min", [x, b])])
    let output = builder.node("Sub", [sum, builder.node("Div", [x, builder.node("Exp", [c])])])
    builder.output(output)
    var options = FoldOptions()
    options.disabledRules = ["constant"]
    let result = try SimplificationCheck.simplified(builder, options)
    let names = result.model[result.model.mainGraph].initializers.map { result.model[$0].name }
    #expect(names == ["a", "b"])
  }

  /// Of two that the graph hands out, both stay.
  @Test func outputsKeepTheirNames() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2])
    let (a, b) = (builder.relu(x), builder.relu(x))
    let c = builder.relu(x)
    builder.output(a)
    builder.output(builder.node("Neg", [c]))
    builder.output(b)
    let result = try SimplificationCheck.simplified(builder)
    #expect(FoldCheck.operators(result.model) == ["Relu", "Relu", "Neg"])
  }

  /// A node of no known effects beyond its outputs, and one of another domain.
  @Test func foreignNodesStay() throws {
    var builder = GraphBuilder()
    let y = builder.relu(builder.input("x", [2]))
    builder.node("Send", [y], domain: "my")
    builder.output(y)
    var options = FoldOptions()
    options.simplifies = true
    let result = FoldPass(options).run(try builder.finished())
    #expect(FoldCheck.operators(result.model) == ["Relu", "Send"])
  }

  /// Bodies: what they capture is redirected, what they hand out stays, a dead If goes whole.
  @Test func bodiesAreSimplifiedToo() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2])
    let condition = builder.bools("condition", true)
    func branch(_ opType: String, of value: ValueID) -> GraphID {
      let graph = builder.model.addGraph(name: opType)
      let inner = builder.node("Identity", [value], graph: graph)
      let result = builder.node(opType, [inner], graph: graph)
      builder.model[graph].outputs = [result]
      return graph
    }
    let same = builder.node("Identity", [builder.relu(x)])
    let output = builder.node(
      "If", [condition],
      [
        "then_branch": .graph(branch("Neg", of: same)),
        "else_branch": .graph(branch("Identity", of: same)),
      ])
    builder.node(
      "If", [condition],
      ["then_branch": .graph(branch("Neg", of: x)), "else_branch": .graph(branch("Abs", of: x))])
    builder.output(output)
    let result = try SimplificationCheck.simplified(builder)
    #expect(FoldCheck.operators(result.model) == ["Relu", "If"])
    #expect(
      result.model.nodes.compactMap { $0?.opType }.sorted() == ["Identity", "If", "Neg", "Relu"])
  }

  /// Folding comes first: what it made different is not made the same again.
  @Test func foldsAreNotUndone() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [1, 2, 4, 4])
    let w = builder.constant("w", [3, 2, 1, 1])
    let a = builder.normalization(builder.node("Conv", [x, w]), 3, name: "a")
    let b = builder.normalization(builder.node("Conv", [x, w]), 3, name: "b")
    builder.output(builder.node("Concat", [a, b], ["axis": .int(1)]))
    var options = FoldOptions()
    options.simplifies = true
    let result = FoldPass(options).run(try builder.finished())
    #expect(FoldCheck.operators(result.model) == ["Conv", "Conv", "Concat"])
    #expect(result.sites.allSatisfy { $0.isFolded })
  }

  /// A simplification opens the way for a fold.
  @Test func foldingGoesOnAfterwards() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [1, 2, 4, 4])
    let conv = builder.node("Conv", [x, builder.constant("w", [3, 2, 1, 1])])
    // Two readers that are the same.
    let a = builder.normalization(conv, 3, name: "a")
    let parameters = builder.model[builder.model.mainGraph].nodes.last.map {
      builder.model[$0].inputs
    }
    let b = builder.node("BatchNormalization", parameters ?? [])
    builder.output(builder.node("Add", [a, b]))
    var options = FoldOptions()
    options.simplifies = true
    let result = FoldPass(options).run(try builder.finished())
    #expect(FoldCheck.operators(result.model) == ["Conv", "Add"])
    #expect(result.sites.map(\.isFolded) == [true, false])
    if case .removed(let rule)? = result.sites.last?.outcome {
      #expect(rule == "common")
    } else {
      Issue.record("\(result.sites)")
    }
  }
}
