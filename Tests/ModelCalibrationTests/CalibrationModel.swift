import ModelIR

/// A model under way whose batch normalizations tests look at.
struct CalibrationModel {
  var model: Model
  private(set) var x: ValueID

  init(opset: Int = 17, irVersion: Int = 8) {
    model = Model(header: .init(irVersion: irVersion), opsets: ["": opset])
    x = model.addInput(
      "x", type: .tensor(.float32, [.symbol("n"), .known(2)]), to: model.mainGraph)
  }

  /// A stored vector of two elements.
  mutating func vector(_ name: String, _ values: [Float] = [1, 2]) -> ValueID {
    let tensor =
      Tensor(values, shape: .vector(values.count))
      ?? Tensor(dataType: .float32, shape: .vector(0), recipe: .vector([]))
    return model.addInitializer(name, tensor, to: model.mainGraph)
  }

  /// A node of one output, which has its name.
  @discardableResult
  mutating func node(
    _ opType: String, _ inputs: [ValueID?], _ name: String, attributes: [Attribute] = [],
    graph: GraphID? = nil
  ) -> ValueID {
    let graph = graph ?? model.mainGraph
    let y = model.addValue(Value(name: name, graph: graph))
    model.addNode(
      Node(
        name: "\(name)_node", opType: opType, graph: graph, inputs: inputs, outputs: [y],
        attributes: attributes))
    return y
  }

  /// A batch normalization with parameters of its own, or those given.
  mutating func normalization(
    _ name: String, of input: ValueID, mean: ValueID? = nil, variance: ValueID? = nil,
    attributes: [Attribute] = [], graph: GraphID? = nil
  ) -> ValueID {
    let gamma = vector("\(name).gamma")
    let beta = vector("\(name).beta")
    let mean = mean ?? vector("\(name).mean")
    let variance = variance ?? vector("\(name).variance")
    return node(
      "BatchNormalization", [input, gamma, beta, mean, variance], name, attributes: attributes,
      graph: graph)
  }

  mutating func finish(_ outputs: ValueID...) -> Model {
    model[model.mainGraph].outputs = outputs
    return model
  }
}
