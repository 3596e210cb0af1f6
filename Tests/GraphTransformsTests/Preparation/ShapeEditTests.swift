import GraphTransforms
import ModelIR
import Testing

@Suite struct ShapeEditTests {
  private func example() -> GraphBuilder {
    var builder = GraphBuilder()
    let x = builder.open("x", [2, 3, 4], [0: "batch", 2: "length"])
    let mask = builder.open("mask", [2, 1, 4], [0: "batch"])
    let sum = builder.node("Add", [x, mask])
    builder.model[sum].type = .tensor(.float32, [.symbol("batch"), .known(3), .symbol("length")])
    let stale = builder.relu(sum)
    builder.model[stale].type = .tensor(.float32, [.symbol("batch"), .known(3), .known(9)])
    builder.output(stale)
    return builder
  }

  /// A name stands for the extent wherever it occurs; what does not fit any more is replaced.
  @Test func namesBecomeNumbersEverywhere() throws {
    var model = try example().finished()
    let notes = try ShapeEdit([("x", [5, 3, 4])]).apply(to: &model)
    #expect(notes.count == 1)
    let graph = model[model.mainGraph]
    let known: [Dimension] = [.known(5), .known(3), .known(4)]
    #expect(model[graph.inputs[0]].type?.dimensions == known)
    #expect(model[graph.inputs[1]].type?.dimensions == [.known(5), .known(1), .known(4)])
    for node in graph.nodes {
      #expect(model[node].outputs[0].flatMap { model[$0].type?.dimensions } == known)
    }
  }

  @Test func theSameShapeChangesNothing() throws {
    var model = try example().finished()
    _ = try ShapeEdit([("x", [5, 3, 4])]).apply(to: &model)
    #expect(try ShapeEdit([("x", [5, 3, 4])]).apply(to: &model).isEmpty)
  }

  @Test(arguments: [
    ("y", [1]), ("x", [5, 3]), ("x", [5, 2, 4]), ("mask", [5, 1, 5]),
  ])
  func whatDoesNotFitIsRefused(name: String, extents: [Int]) throws {
    var model = try example().finished()
    #expect(throws: ModelEditError.self) {
      try ShapeEdit([(name, extents)]).apply(to: &model)
    }
  }

  @Test func oneNameHasOneExtent() throws {
    var model = try example().finished()
    #expect(throws: ModelEditError.self) {
      try ShapeEdit([("x", [5, 3, 4]), ("mask", [6, 1, 4])]).apply(to: &model)
    }
  }

  /// With the extents known, chains that compute shapes vanish.
  @Test func simplificationUsesTheExtents() throws {
    var builder = GraphBuilder()
    let x = builder.open("x", [2, 3, 4], [0: "batch", 1: "channels", 2: "length"])
    let shape = builder.node("Shape", [builder.relu(x)])
    builder.output(builder.node("Expand", [builder.constant("c", [1]), shape]))
    let before = try SimplificationCheck.simplified(builder)
    #expect(FoldCheck.operators(before.model).contains("Shape"))
    _ = try ShapeEdit([("x", [2, 3, 4])]).apply(to: &builder.model)
    let after = try SimplificationCheck.simplified(builder)
    #expect(FoldCheck.operators(after.model).isEmpty)
  }
}
