import ModelIR
import Testing

@Suite struct ModelValidationTests {
  private func model() -> (Model, ValueID) {
    var model = Model(header: .init(irVersion: 8), opsets: ["": 15])
    let x = model.addInput("x", type: nil, to: model.mainGraph)
    return (model, x)
  }

  private func relu(_ model: inout Model, _ input: ValueID, _ name: String) -> ValueID {
    let y = model.addValue(Value(name: name, graph: model.mainGraph))
    model.addNode(Node(opType: "Relu", graph: model.mainGraph, inputs: [input], outputs: [y]))
    return y
  }

  @Test func aChainIsFine() throws {
    var (model, x) = model()
    let y = relu(&model, x, "y")
    model[model.mainGraph].outputs = [relu(&model, y, "z")]
    try model.validate()
  }

  @Test func aNodeBeforeItsInputIsFound() {
    var (model, x) = model()
    _ = relu(&model, relu(&model, x, "y"), "z")
    model[model.mainGraph].nodes.reverse()
    #expect(throws: GraphError.outOfOrder(node: NodeID(1), value: "y")) { try model.validate() }
  }

  @Test func aNameOfTwoValuesIsFound() {
    var (model, x) = model()
    _ = relu(&model, x, "x")
    #expect(throws: GraphError.duplicateName("x")) { try model.validate() }
  }

  @Test func anOutputThatNothingMakesIsFound() {
    var (model, _) = model()
    let ghost = model.addValue(Value(name: "ghost", graph: model.mainGraph))
    model[model.mainGraph].outputs = [ghost]
    #expect(throws: GraphError.self) { try model.validate() }
  }

  @Test func newNamesNeverClash() {
    var (model, x) = model()
    _ = relu(&model, x, "w")
    var names = NameAllocator(model)
    #expect(names.name("w") == "w_1")
    #expect(names.name("w") == "w_2")
    #expect(names.name("v") == "v")
    #expect(names.name("v") == "v_1")
  }
}
