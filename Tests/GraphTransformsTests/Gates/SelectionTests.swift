import GraphTransforms
import ModelIR
import Testing

/// Which sites and rules a user leaves on.
@Suite struct SelectionTests {
  /// x → Conv → BatchNormalization "a.bn" → Relu → Conv → BatchNormalization "b.bn" → y.
  private func builder() -> GraphBuilder {
    var builder = GraphBuilder()
    var x = builder.input("x", [1, 3, 4, 4])
    for name in ["a", "b"] {
      x = builder.node("Conv", [x, builder.constant("\(name).w", [3, 3, 1, 1])])
      x = builder.normalization(x, 3, name: "\(name).bn")
      x = builder.node("Relu", [x])
    }
    builder.output(x)
    return builder
  }

  private func folded(_ change: (inout FoldOptions) -> Void) throws -> [String] {
    var options = FoldOptions()
    change(&options)
    let model = try builder().finished()
    return FoldPass(options).run(model).sites.filter(\.isFolded).map(\.name)
  }

  @Test func sitesByPattern() throws {
    #expect(try folded { _ in } == ["a.bn", "b.bn"])
    #expect(try folded { $0.selection.only = [NamePattern("a.*")] } == ["a.bn"])
    #expect(try folded { $0.selection.skip = [NamePattern("a.*")] } == ["b.bn"])
    #expect(try folded { $0.selection.only = [NamePattern("*")] } == ["a.bn", "b.bn"])
    #expect(
      try folded {
        $0.selection.only = [NamePattern("*")]
        $0.selection.skip = [NamePattern("?.bn")]
      } == [])
  }

  @Test func chosenNodes() throws {
    let model = try builder().finished()
    let second = model[model.mainGraph].nodes[4]
    #expect(model[second].name == "b.bn")
    #expect(try folded { $0.selection.chosen = [second] } == ["b.bn"])
    #expect(try folded { $0.selection.chosen = [] } == [])
  }

  @Test func patternsThatMatchNothing() {
    var selection = SiteSelection()
    selection.only = [NamePattern("a*"), NamePattern("c*")]
    selection.skip = [NamePattern("d")]
    #expect(selection.unmatched(among: ["a.bn", "b.bn"]).map(\.description) == ["c*", "d"])
  }

  @Test(arguments: [
    (["conv"], [String]()), (["conv-backward"], ["a.bn"]), (["conv-forward"], ["a.bn", "b.bn"]),
    (["gemm"], ["a.bn", "b.bn"]),
  ])
  func rulesByDirection(off: [String], expected: [String]) throws {
    // Backward off leaves the way through Relu and forward into the second Conv, for "a.bn" alone,
    // if its scales are positive: Relu passes no others.
    var builder = GraphBuilder()
    var x = builder.input("x", [1, 3, 4, 4])
    x = builder.node("Conv", [x, builder.constant("a.w", [3, 3, 1, 1])])
    x = builder.normalization(x, 3, name: "a.bn")
    x = builder.node("Conv", [x, builder.constant("b.w", [3, 3, 1, 1])])
    x = builder.normalization(x, 3, name: "b.bn")
    builder.output(x)
    var options = FoldOptions()
    options.disabledRules = Set(off)
    options.allowLoss = true
    let sites = FoldPass(options).run(try builder.finished()).sites
    #expect(sites.filter(\.isFolded).map(\.name) == expected)
  }

  @Test func storiesTellTheWay() throws {
    var builder = GraphBuilder()
    var x = builder.input("x", [1, 3, 4, 4])
    x = builder.node("Relu", [x], name: "relu")
    x = builder.node("Transpose", [x], ["perm": .ints([0, 1, 3, 2])], name: "turn")
    x = builder.normalization(x, 3, name: "bn")
    x = builder.node("Sigmoid", [x], name: "sigmoid")
    builder.output(x)
    var options = FoldOptions()
    let model = try builder.finished()
    #expect(FoldPass(options).run(model).sites[0].story == nil)
    options.tellsStories = true
    let story = try #require(FoldPass(options).run(model).sites[0].story)
    #expect(story.channels == 3)
    #expect(story.axis == 1)
    #expect(story.scales != nil && story.shifts != nil)
    #expect(story.steps.map(\.direction) == [.backward, .backward, .forward])
    guard case .passes(let turn, "transpose", let values) = story.steps[0].event else {
      Issue.record("\(story.steps[0])")
      return
    }
    #expect(turn.name == "turn" && values == ["relu_out"])
    guard case .stops(let before) = story.steps[1].event,
      case .stops(let behind) =
        story.steps[2].event
    else {
      Issue.record("\(story.steps)")
      return
    }
    #expect(before.blocker?.name == "relu" && behind.blocker?.name == "sigmoid")
  }

  @Test func storiesEndWithWhatWasDone() throws {
    var options = FoldOptions()
    options.tellsStories = true
    let sites = FoldPass(options).run(try builder().finished()).sites
    for site in sites {
      let story = try #require(site.story)
      #expect(story.steps.count == 2)
      guard case .absorbs(let node, "conv") = story.steps[0].event else {
        Issue.record("\(story.steps)")
        return
      }
      #expect(node.opType == "Conv")
      #expect(story.steps[1].event == .isComplete)
    }
  }
}
