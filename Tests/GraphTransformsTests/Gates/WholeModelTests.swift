import GraphTransforms
import ModelIR
import Testing

@Suite struct WholeModelTests {
  /// A chain with sites of all kinds, some of which stay.
  private func network() -> GraphBuilder {
    var builder = GraphBuilder(seed: 61)
    var x = builder.input("x", [1, 3, 8, 8])
    x = builder.normalization(x, 3, name: "input")
    x = builder.node("Conv", [x, builder.constant("w1", [4, 3, 3, 3])])
    let skip = builder.normalization(x, 4, name: "first")
    x = builder.node("Relu", [skip])
    x = builder.node(
      "Conv", [x, builder.constant("w2", [4, 4, 3, 3])], ["pads": .ints([1, 1, 1, 1])])
    x = builder.normalization(x, 4, name: "second")
    x = builder.node("Add", [x, skip])
    x = builder.normalization(x, 4, name: "third")
    x = builder.node("Mul", [x, builder.constant("k", [4, 1, 1])], name: "fourth")
    x = builder.node("Sigmoid", [x])
    builder.output(x)
    return builder
  }

  @Test func aSecondRunFindsNothing() throws {
    let check = try FoldCheck(network())
    #expect(check.exact <= 1e-12)
    let again = FoldPass().run(check.result.model)
    #expect(again.journal.isEmpty)
    #expect(FoldCheck.operators(again.model) == check.nodes)
    #expect(again.sites.allSatisfy { !$0.isFolded })
  }

  @Test func theJournalTellsEachPatch() throws {
    let check = try FoldCheck(network())
    let folded = check.result.sites.filter(\.isFolded)
    #expect(check.result.journal.count == folded.count)
    #expect(Set(check.result.journal.map { $0.sourceNodes[0] }) == Set(folded.map(\.node)))
    for patch in check.result.journal {
      #expect(!patch.rule.isEmpty)
      #expect(patch.removals.count == 1)
    }
  }

  @Test func whatIsNotAffectedKeepsItsName() throws {
    let check = try FoldCheck(network())
    let before = try ReferenceEvaluator(model: check.original).allValues(network().feeds)
    let after = try ReferenceEvaluator(model: check.result.model, unrounded: true)
      .allValues(network().feeds)
    for (id, value) in after where id.index < check.original.values.count {
      guard let other = before[id] else { continue }
      #expect(check.result.model[id].name == check.original[id].name)
      #expect(value.distance(to: other) <= 1e-12, "\(check.original[id].name)")
    }
  }

  @Test func newNamesAreFree() throws {
    var builder = GraphBuilder(seed: 62)
    let x = builder.input("x", [1, 3, 4, 4])
    let w = builder.constant("w", [4, 3, 1, 1])
    let taken = builder.constant("w_folded", [4, 1, 1])
    let c = builder.node("Conv", [x, w], name: "conv")
    let bias = builder.constant("conv.bias", [4, 1, 1])
    let y = builder.normalization(c, 4)
    let s = builder.node("Sigmoid", [y])
    builder.output(builder.node("Pow", [builder.node("Pow", [s, taken]), bias]))
    let result = FoldPass().run(builder.model)
    try result.model.validate()
    #expect(result.sites.count == 1 && result.sites[0].isFolded)
    #expect(
      Set(result.claims.map { result.model[$0.target].name })
        == ["w_folded_1", "conv.bias_1"])
  }

  @Test func rulesAreListedOnce() {
    let rules = FoldRules.all
    #expect(Set(rules.map(\.name)).count == rules.count)
    let operators = rules.flatMap(\.operators)
    #expect(Set(operators).count == operators.count)
    #expect(!rules.map(\.summary).contains(""))
  }

  /// Sites in a long chain: time that grows with the square would not end here.
  @Test func manySites() throws {
    var builder = GraphBuilder(seed: 63)
    var x = builder.input("x", [1, 2, 1, 1])
    let w = builder.constant("w", [2, 2, 1, 1])
    for _ in 0..<2000 {
      x = builder.node("Conv", [x, w])
      x = builder.normalization(x, 2)
      x = builder.node("Relu", [x])
    }
    builder.output(x)
    let result = FoldPass().run(builder.model)
    #expect(result.sites.count == 2000)
    #expect(!result.sites.contains { !$0.isFolded })
  }
}
