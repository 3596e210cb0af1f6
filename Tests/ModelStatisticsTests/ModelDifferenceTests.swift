import ModelIR
import ModelStatistics
import Testing

@Suite struct ModelDifferenceTests {
  /// Conv named c1 with weight w and Relu over it.
  private func model(
    weight: [Float] = [1, 2], pads: Int64 = 0, relu: String = "Relu", extra: Bool = false
  ) throws -> Model {
    var model = Model(header: .init(irVersion: 8), opsets: ["": 17])
    let main = model.mainGraph
    let x = model.addInput("x", type: nil, to: main)
    let shape = try #require(TensorShape([weight.count, 1, 1]))
    let w = model.addInitializer("w", try #require(Tensor(weight, shape: shape)), to: main)
    let y = model.addValue(Value(name: "y", graph: main))
    model.addNode(
      Node(
        name: "c1", opType: "Conv", graph: main, inputs: [x, w], outputs: [y],
        attributes: [Attribute("pads", .ints([pads, pads]))]))
    let z = model.addValue(Value(name: "z", graph: main))
    model.addNode(Node(opType: relu, graph: main, inputs: [y], outputs: [z]))
    if extra {
      let e = model.addValue(Value(name: "e", graph: main))
      model.addNode(Node(opType: "Neg", graph: main, inputs: [z], outputs: [e]))
      model.addInitializer("unused", try #require(Tensor([Float(1)], shape: .scalar)), to: main)
    }
    return model
  }

  @Test func theSameModel() throws {
    let difference = try ModelDifference(model(), model())
    #expect(difference.isEmpty)
    #expect(difference.sameNodes == 2)
    #expect(difference.tensors.map(\.difference) == [.equal])
  }

  @Test func nodesAndTensorsThatComeAndGo() throws {
    let difference = try ModelDifference(model(), model(extra: true))
    #expect(difference.addedNodes == [NodeID(2)])
    #expect(difference.addedTensors == ["unused"])
    #expect(difference.removedNodes.isEmpty && !difference.isEmpty)
    let back = try ModelDifference(model(extra: true), model())
    #expect(back.removedNodes == [NodeID(2)] && back.removedTensors == ["unused"])
  }

  @Test func changesAreNamed() throws {
    let difference = try ModelDifference(model(), model(pads: 1, relu: "Sigmoid"))
    #expect(difference.changedNodes.map(\.first) == [NodeID(0), NodeID(1)])
    #expect(
      difference.changedNodes.map(\.changes)
        == [["attribute \"pads\""], ["operator Relu → Sigmoid"]])
  }

  @Test func elementsAreMeasured() throws {
    let difference = try ModelDifference(model(weight: [3, 4]), model(weight: [3, 4.5]))
    guard case .elements(let distance) = try #require(difference.tensors.first).difference else {
      Issue.record("not told apart")
      return
    }
    // √(0.25 / 2), and 0.5 over the length 5 of the first.
    #expect(distance.differing == 1 && distance.maximum == 0.5)
    #expect(abs(distance.rootMeanSquare - 0.35355339059327379) < 1e-15)
    #expect(abs(distance.relative - 0.1) < 1e-15)
    let shapes = try ModelDifference(model(weight: [1]), model(weight: [1, 2]))
    guard case .shapes = try #require(shapes.tensors.first).difference else {
      Issue.record("shapes not told apart")
      return
    }
  }

  @Test func whatIsNotFiniteIsCounted() throws {
    let a = try #require(Tensor([Float.nan, .infinity, 1], shape: .vector(3)))
    let b = try #require(Tensor([Float.nan, -.infinity, .nan], shape: .vector(3)))
    guard case .elements(let distance) = try TensorDifference(a, b) else {
      Issue.record("not told apart")
      return
    }
    #expect(distance.differing == 2 && distance.notFinite == 2)
    let wide = try #require(Tensor([Double(1), 2], shape: .vector(2)))
    let narrow = try #require(Tensor([Float(1), 2], shape: .vector(2)))
    #expect(try TensorDifference(wide, narrow) == .equal)
  }
}
