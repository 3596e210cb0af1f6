import ModelIR
import Testing

/// x → Conv(w) → c → BatchNormalization(p…) → y.
private struct ConvolutionAndNormalization {
  var model: Model
  var convolution: NodeID
  var normalization: NodeID
  var x, w, c, y: ValueID
  var parameters: [ValueID]

  init(irVersion: Int = 8) {
    model = Model(header: .init(irVersion: irVersion), opsets: ["": 15])
    let graph = model.mainGraph
    x = model.addInput("x", type: nil, to: graph)
    let tensor = Tensor(dataType: .float32, shape: .vector(1), recipe: .vector([1]))
    w = model.addInitializer("w", tensor, to: graph)
    var parameters: [ValueID] = []
    for name in ["gamma", "beta", "mean", "variance"] {
      parameters.append(model.addInitializer(name, tensor, to: graph))
    }
    self.parameters = parameters
    c = model.addValue(Value(name: "c", graph: graph))
    y = model.addValue(Value(name: "y", graph: graph))
    convolution = model.addNode(
      Node(opType: "Conv", graph: graph, inputs: [x, w], outputs: [c]))
    normalization = model.addNode(
      Node(
        opType: "BatchNormalization", graph: graph,
        inputs: [c] + parameters.map { $0 }, outputs: [y]))
    model[graph].outputs = [y]
  }

  func fold() -> GraphPatch {
    var patch = GraphPatch(
      rule: "test", graph: model.mainGraph, sourceNodes: [normalization], for: model)
    let tensor = Tensor(dataType: .float32, shape: .vector(1), recipe: .vector([2]))
    let weight = patch.newValue("w", in: model.mainGraph, initializer: tensor)
    var node = model[convolution]
    node.inputs = [x, weight]
    node.outputs = [y]
    patch.edits[convolution] = node
    patch.removals = [normalization]
    return patch
  }
}

@Suite struct ModelApplyTests {
  @Test func aFoldTakesOverTheNameAndDropsTheParameters() throws {
    var example = ConvolutionAndNormalization()
    let patch = example.fold()
    var uses = UseIndex(example.model)
    var names = NameAllocator(example.model)
    _ = try example.model.apply(patch, uses: &uses, names: &names)
    example.model.compact()
    try example.model.validate()
    let graph = example.model[example.model.mainGraph]
    #expect(graph.nodes == [example.convolution])
    #expect(example.model.producer(of: example.y) == example.convolution)
    #expect(graph.initializers.map { example.model[$0].name } == ["w_1"])
    #expect(uses.uses(of: example.c).isEmpty)
    #expect(uses.isUnused(example.w))
    #expect(uses == uses.rebuilt(for: example.model))
  }

  @Test func aParameterThatAnotherNodeReadsStays() throws {
    var example = ConvolutionAndNormalization()
    let graph = example.model.mainGraph
    let z = example.model.addValue(Value(name: "z", graph: graph))
    example.model.addNode(
      Node(opType: "Relu", graph: graph, inputs: [example.parameters[0]], outputs: [z]))
    let patch = example.fold()
    var uses = UseIndex(example.model)
    var names = NameAllocator(example.model)
    _ = try example.model.apply(patch, uses: &uses, names: &names)
    example.model.compact()
    #expect(example.model[graph].initializers.map { example.model[$0].name } == ["gamma", "w_1"])
  }

  @Test func aConstantNodeThatNothingReadsGoes() throws {
    var example = ConvolutionAndNormalization()
    let graph = example.model.mainGraph
    let k = example.model.addValue(Value(name: "k", graph: graph))
    let constant = example.model.addNode(
      Node(opType: "Constant", graph: graph, inputs: [], outputs: [k]))
    let identity = example.model.addValue(Value(name: "i", graph: graph))
    let pass = example.model.addNode(
      Node(opType: "Identity", graph: graph, inputs: [k], outputs: [identity]))
    example.model[graph].nodes = [constant, pass, example.convolution, example.normalization]
    var node = example.model[example.convolution]
    node.inputs = [example.x, identity]
    example.model[example.convolution] = node
    let patch = example.fold()
    var uses = UseIndex(example.model)
    var names = NameAllocator(example.model)
    _ = try example.model.apply(patch, uses: &uses, names: &names)
    example.model.compact()
    #expect(example.model[graph].nodes == [example.convolution])
  }

  @Test func anOverridableDefaultStays() throws {
    var example = ConvolutionAndNormalization()
    let graph = example.model.mainGraph
    example.model[example.parameters[1]].isGraphInput = true
    example.model[graph].inputs.append(example.parameters[1])
    let patch = example.fold()
    var uses = UseIndex(example.model)
    var names = NameAllocator(example.model)
    _ = try example.model.apply(patch, uses: &uses, names: &names)
    example.model.compact()
    #expect(example.model[graph].initializers.map { example.model[$0].name } == ["beta", "w_1"])
  }

  /// Before IR 4 every initializer is listed among the inputs, and leaves both lists.
  @Test func anOldModelsInitializerLeavesTheInputsToo() throws {
    var example = ConvolutionAndNormalization(irVersion: 3)
    let graph = example.model.mainGraph
    for value in example.parameters + [example.w] {
      example.model[value].isGraphInput = true
      example.model[graph].inputs.append(value)
    }
    let patch = example.fold()
    var uses = UseIndex(example.model)
    var names = NameAllocator(example.model)
    _ = try example.model.apply(patch, uses: &uses, names: &names)
    example.model.compact()
    #expect(example.model[graph].inputs == [example.x])
  }

  @Test func aValueThatIsStillReadCannotVanish() throws {
    var example = ConvolutionAndNormalization()
    let graph = example.model.mainGraph
    let z = example.model.addValue(Value(name: "z", graph: graph))
    let reader = example.model.addNode(
      Node(opType: "Relu", graph: graph, inputs: [example.c], outputs: [z]))
    let patch = example.fold()
    let before = example.model
    var uses = UseIndex(example.model)
    var names = NameAllocator(example.model)
    #expect(throws: GraphError.dangling(value: "c", reader: reader)) {
      try example.model.apply(patch, uses: &uses, names: &names)
    }
    #expect(example.model.values.count == before.values.count)
    #expect(example.model[graph].nodes == before[graph].nodes)
  }

  @Test func aGraphOutputCannotVanish() throws {
    var example = ConvolutionAndNormalization()
    example.model[example.model.mainGraph].outputs.append(example.c)
    let patch = example.fold()
    var uses = UseIndex(example.model)
    var names = NameAllocator(example.model)
    #expect(throws: GraphError.self) {
      try example.model.apply(patch, uses: &uses, names: &names)
    }
  }

  @Test func aPatchForAnotherStateIsRefused() throws {
    var example = ConvolutionAndNormalization()
    let patch = example.fold()
    _ = example.model.addValue(Value(name: "later", graph: example.model.mainGraph))
    var uses = UseIndex(example.model)
    var names = NameAllocator(example.model)
    #expect(throws: GraphError.stalePatch(rule: "test")) {
      try example.model.apply(patch, uses: &uses, names: &names)
    }
  }

  @Test func twoNodesCannotMakeOneValue() throws {
    var example = ConvolutionAndNormalization()
    var patch = example.fold()
    patch.removals = []
    var uses = UseIndex(example.model)
    var names = NameAllocator(example.model)
    #expect(throws: GraphError.madeTwice(value: "y")) {
      try example.model.apply(patch, uses: &uses, names: &names)
    }
  }

  @Test func anInsertedNodeStandsBeforeItsPlace() throws {
    var example = ConvolutionAndNormalization()
    var patch = GraphPatch(
      rule: "test", graph: example.model.mainGraph, sourceNodes: [], for: example.model)
    let between = patch.newValue("between", in: example.model.mainGraph)
    var node = example.model[example.normalization]
    node.inputs[0] = between
    patch.edits[example.normalization] = node
    patch.insertions = [
      .init(
        node: Node(
          opType: "Identity", graph: example.model.mainGraph, inputs: [example.c],
          outputs: [between]),
        before: example.normalization)
    ]
    var uses = UseIndex(example.model)
    var names = NameAllocator(example.model)
    _ = try example.model.apply(patch, uses: &uses, names: &names)
    try example.model.validate()
    #expect(example.model[example.model.mainGraph].nodes.count == 3)
    #expect(uses == uses.rebuilt(for: example.model))
  }
}

extension UseIndex {
  fileprivate func rebuilt(for model: Model) -> UseIndex { UseIndex(model) }

  fileprivate static func == (a: UseIndex, b: UseIndex) -> Bool {
    (0..<64).allSatisfy {
      Set(a.uses(of: ValueID($0))) == Set(b.uses(of: ValueID($0)))
        && a.graphOutputs(of: ValueID($0)) == b.graphOutputs(of: ValueID($0))
    }
  }
}
