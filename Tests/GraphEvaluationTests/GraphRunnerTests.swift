import ModelIR
import Testing

@testable import GraphEvaluation

@Suite struct GraphRunnerTests {
  /// x → Identity → a → Identity → y, with a constant c.
  private func chain() throws -> (model: Model, x: ValueID, a: ValueID, y: ValueID) {
    var model = Model(header: .init(irVersion: 8), opsets: ["": 18])
    let graph = model.mainGraph
    let x = model.addInput("x", type: .tensor(.float32, [.known(2)]), to: graph)
    let a = model.addValue(Value(name: "a", graph: graph))
    let y = model.addValue(Value(name: "y", graph: graph))
    model.addNode(Node(name: "n", opType: "Identity", graph: graph, inputs: [x], outputs: [a]))
    model.addNode(Node(name: "m", opType: "Identity", graph: graph, inputs: [a], outputs: [y]))
    model[graph].outputs = [y]
    return (model, x, a, y)
  }

  @Test func runsAndObservesInOrder() throws {
    let (model, x, a, y) = try chain()
    var seen: [ValueID] = []
    let result = try GraphRunner(model: model, precision: .stored).run(
      [x: RuntimeTensor([1, 2], shape: [2])]
    ) { id, _ in seen.append(id) }
    #expect(seen == [a, y])
    #expect(result.keys.sorted() == [y])
    #expect(result[y]?.doubles() == [1, 2])
  }

  @Test func keepsWhatIsAskedFor() throws {
    let (model, x, a, y) = try chain()
    let result = try GraphRunner(model: model, precision: .double).run(
      [x: RuntimeTensor([1, 2], shape: [2])], keeping: [a])
    #expect(result.keys.sorted() == [a, y])
    guard case .double = result[y]?.elements else {
      Issue.record("not held in Double")
      return
    }
  }

  @Test func namesTheOperatorWithoutKernel() throws {
    var (model, x, _, _) = try chain()
    let id = model[model.mainGraph].nodes[1]
    var node = model[id]
    node.opType = "NoSuchOperator"
    model[id] = node
    #expect(
      throws: EvaluationError(
        node: id, nodeName: "m", opType: "NoSuchOperator", problem: .noKernel)
    ) {
      try GraphRunner(model: model, precision: .stored).run([
        x: RuntimeTensor([1, 2], shape: [2])
      ])
    }
  }

  @Test func runsARegionWithGivenValues() throws {
    let (model, _, a, y) = try chain()
    var values = [a: RuntimeTensor([3, 4], shape: [2])]
    try GraphRunner(model: model, precision: .stored).run(
      nodes: [model[model.mainGraph].nodes[1]], values: &values)
    #expect(values[y]?.doubles() == [3, 4])
  }

  /// What the node alone holds is changed where it stands, what another holds is not.
  @Test(arguments: [false, true]) func aConsumedValue(isShared: Bool) throws {
    var model = Model(header: .init(irVersion: 8), opsets: ["": 18])
    let graph = model.mainGraph
    let x = model.addInput("x", type: .tensor(.float32, [.known(1000)]), to: graph)
    let y = model.addValue(Value(name: "y", graph: graph))
    let node = model.addNode(
      Node(name: "n", opType: "Relu", graph: graph, inputs: [x], outputs: [y]))
    func address(_ numbers: [Float]) -> UInt {
      unsafe numbers.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }
    var numbers = [Float](repeating: -1, count: 1000)
    let before = address(numbers)
    var values = [
      x: RuntimeTensor(dataType: .float32, shape: [1000], elements: .float(numbers))
    ]
    if !isShared { numbers = [] }
    try GraphRunner(model: model, precision: .stored).run(node: node, consuming: &values)
    #expect(values.keys.sorted() == [y])
    guard case .float(let result)? = values[y]?.elements else {
      Issue.record("no floats")
      return
    }
    #expect(result.count == 1000 && result.allSatisfy { $0 == 0 })
    #expect((address(result) == before) == !isShared)
    #expect(numbers.allSatisfy { $0 == -1 })
  }

  @Test func functionsSeeTheirCallersAttributes() throws {
    var model = Model(header: .init(irVersion: 8), opsets: ["": 18, "own": 1])
    let main = model.mainGraph
    let body = model.addGraph(name: "five")
    let out = model.addValue(Value(name: "out", graph: body))
    model.addNode(
      Node(
        opType: "Constant", graph: body, inputs: [], outputs: [out],
        attributes: [Attribute("value_int", .reference("number"))]))
    model[body].outputs = [out]
    model.functions = [
      Function(domain: "own", name: "Number", body: body, opsets: ["": 18])
    ]
    let y = model.addValue(Value(name: "y", graph: main))
    model.addNode(
      Node(
        domain: "own", opType: "Number", graph: main, inputs: [], outputs: [y],
        attributes: [Attribute("number", .int(5))]))
    model[main].outputs = [y]
    let result = try GraphRunner(model: model, precision: .stored).run([:])
    #expect(result[y]?.integers == [5])
  }

  @Test func aFunctionThatCallsItselfIsAnError() throws {
    var model = Model(header: .init(irVersion: 8), opsets: ["": 18, "own": 1])
    let main = model.mainGraph
    let body = model.addGraph(name: "again")
    let out = model.addValue(Value(name: "out", graph: body))
    model.addNode(Node(domain: "own", opType: "Again", graph: body, inputs: [], outputs: [out]))
    model[body].outputs = [out]
    model.functions = [
      Function(domain: "own", name: "Again", body: body, opsets: ["": 18, "own": 1])
    ]
    let y = model.addValue(Value(name: "y", graph: main))
    model.addNode(Node(domain: "own", opType: "Again", graph: main, inputs: [], outputs: [y]))
    model[main].outputs = [y]
    #expect(throws: EvaluationError.self) {
      try GraphRunner(model: model, precision: .stored).run([:])
    }
  }

  @Test func valuesDieAfterTheirLastUse() throws {
    var model = Model(header: .init(irVersion: 8), opsets: ["": 18])
    let graph = model.mainGraph
    let x = model.addInput("x", type: nil, to: graph)
    var last = x
    for number in 0..<6 {
      let next = model.addValue(Value(name: "v\(number)", graph: graph))
      model.addNode(Node(opType: "Neg", graph: graph, inputs: [last], outputs: [next]))
      last = next
    }
    model[graph].outputs = [last]
    let input = RuntimeTensor([Float](repeating: 1, count: 1000), shape: [1000])
    func run(_ options: EvaluationOptions) throws -> [Double]? {
      try GraphRunner(model: model, precision: .stored, options: options).run([x: input])[last]?
        .doubles()
    }
    // Six values of 4000 bytes, of which never more than two are alive.
    #expect(try run(EvaluationOptions(maximumBytes: 8000)) == input.doubles())
    #expect(throws: EvaluationError.self) { try run(EvaluationOptions(maximumBytes: 3999)) }
  }

  @Test func whatIsReadElsewhereIsNotChangedInPlace() throws {
    var model = Model(header: .init(irVersion: 8), opsets: ["": 18])
    let graph = model.mainGraph
    let x = model.addInput("x", type: nil, to: graph)
    let made = ["a", "b", "c"].map { model.addValue(Value(name: $0, graph: graph)) }
    model.addNode(Node(opType: "Neg", graph: graph, inputs: [x], outputs: [made[0]]))
    model.addNode(Node(opType: "Relu", graph: graph, inputs: [made[0]], outputs: [made[1]]))
    model.addNode(
      Node(opType: "Add", graph: graph, inputs: [made[0], made[1]], outputs: [made[2]]))
    model[graph].outputs = [made[1], made[2]]
    let input = RuntimeTensor([1, -2], shape: [2])
    let result = try GraphRunner(model: model, precision: .stored).run(
      [x: input], keeping: [made[0]])
    #expect(result[made[0]]?.doubles() == [-1, 2])
    #expect(result[made[1]]?.doubles() == [0, 2])
    #expect(result[made[2]]?.doubles() == [-1, 4])
    #expect(input.doubles() == [1, -2])
  }

  @Test func narrowTypesRoundAndWrap() throws {
    var half = RuntimeTensor(
      dataType: .float16, shape: [3], elements: .float([1.0002, 65519, 1e-9]))
    half.normalize()
    // numpy.float16 of the same numbers
    #expect(half.doubles() == [1, 65504, 0])
    var byte = RuntimeTensor([300, -1, 128], shape: [3], dataType: .int8)
    byte.normalize()
    #expect(byte.integers == [44, -1, -128])
  }

  @Test(arguments: [
    (DataType.float8E4M3FN, [Float(448), 0.001953125, -240, 0], [UInt8(0x7e), 1, 0xf7, 0]),
    (DataType.float8E5M2, [Float(57344), -1, 0.5, 0], [UInt8(0x7b), 0xbc, 0x38, 0]),
    (DataType.float8E4M3FNUZ, [Float(240), 1, -1, 0], [UInt8(0x7f), 0x40, 0xc0, 0]),
  ])
  func smallFloats(type: DataType, values: [Float], patterns: [UInt8]) throws {
    // Patterns from the standard's tables (onnx, "Float stored in 8 bits").
    #expect(try SmallFloat.encode(values, as: type) == patterns)
    #expect(try SmallFloat.decode(patterns, of: type, count: 4) == values)
  }
}
