import ModelIR
import Testing

@Suite("Embedding a model in another")
struct ModelEmbedTests {
  /// x → Relu → r; If(c) { Add(r, w) } else { r } → y, w stored.
  private func conditional(irVersion: Int = 8) -> Model {
    var model = Model(header: .init(irVersion: irVersion), opsets: ["": 17])
    let main = model.mainGraph
    let x = model.addInput("x", type: nil, to: main)
    let c = model.addInput("c", type: nil, to: main)
    let tensor = Tensor(dataType: .float32, shape: .vector(1), recipe: .vector([1]))
    let w = model.addInitializer("w", tensor, to: main)
    model[w].isGraphInput = true
    model[main].inputs.append(w)
    let r = model.addValue(Value(name: "r", graph: main))
    model.addNode(Node(name: "relu", opType: "Relu", graph: main, inputs: [x], outputs: [r]))
    var bodies: [GraphID] = []
    for (opType, inputs) in [("Add", [r, w]), ("Identity", [r])] {
      let body = model.addGraph(name: opType)
      let out = model.addValue(Value(name: "\(opType)_out", graph: body))
      model.addNode(Node(opType: opType, graph: body, inputs: inputs, outputs: [out]))
      model[body].outputs = [out]
      bodies.append(body)
    }
    let y = model.addValue(Value(name: "y", graph: main))
    model.addNode(
      Node(
        name: "choice", opType: "If", graph: main, inputs: [c], outputs: [y],
        attributes: [
          Attribute("then_branch", .graph(bodies[0])), Attribute("else_branch", .graph(bodies[1])),
        ]))
    model[main].outputs = [y]
    return model
  }

  private func joined(_ members: [Model]) -> (model: Model, outputs: [[ValueID]]) {
    var model = Model(header: .init(irVersion: 8), opsets: ["": 17])
    let x = model.addInput("x", type: nil, to: model.mainGraph)
    let c = model.addInput("c", type: nil, to: model.mainGraph)
    var outputs: [[ValueID]] = []
    for (position, member) in members.enumerated() {
      outputs.append(model.embed(member, prefix: "m\(position)/", inputs: [x, c]))
    }
    model[model.mainGraph].outputs = outputs.flatMap { $0 }
    return (model, outputs)
  }

  @Test("Bodies, captured values and names keep together, twice over")
  func bodies() throws {
    let (model, outputs) = joined([conditional(), conditional()])
    for (position, output) in outputs.enumerated() {
      let choice = try #require(model.producer(of: output[0]))
      #expect(model[choice].name == "m\(position)/choice")
      #expect(model[output[0]].name == "m\(position)/y")
      let body = try #require(model[choice].bodies.first)
      #expect(model[body].parent == choice)
      let add = model[try #require(model[body].nodes.first)]
      #expect(add.opType == "Add" && add.graph == body)
      let (r, w) = (try #require(add.input(0)), try #require(add.input(1)))
      #expect(model[r].name == "m\(position)/r" && model[w].name == "m\(position)/w")
      #expect(model[w].initializer != nil)
      let relu = try #require(model.producer(of: r))
      #expect(model[relu].inputs == [model[model.mainGraph].inputs[0]])
    }
    let names = model.values.map(\.name).filter { !$0.isEmpty }
    // x and c of the members are the joined model's own.
    #expect(Set(names).count == names.count)
  }

  @Test("Defaults stay inputs from IR 4 on, and were none before", arguments: [(3, 2), (8, 3)])
  func defaults(irVersion: Int, inputs: Int) {
    let (model, _) = joined([conditional(irVersion: irVersion)])
    #expect(model[model.mainGraph].inputs.count == inputs)
    #expect(model[model.mainGraph].initializers.count == 1)
  }
}
