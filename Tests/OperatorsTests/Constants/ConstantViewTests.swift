import ByteStore
import ModelIR
import Operators
import Testing

@Suite struct ConstantViewTests {
  /// A model of IR 8 with one graph and a chain of one-input nodes over a value.
  struct Builder {
    var model = Model(header: .init(irVersion: 8), opsets: ["": 17])

    mutating func initializer(_ elements: [Float], _ shape: [Int]) throws -> ValueID {
      let shape = try #require(TensorShape(shape))
      return model.addInitializer(
        "w", try #require(Tensor(elements, shape: shape)), to: model.mainGraph)
    }

    mutating func integers(_ values: [Int64]) throws -> ValueID {
      model.addInitializer(
        "i", try #require(Tensor(values, shape: .vector(values.count))), to: model.mainGraph)
    }

    mutating func apply(
      _ opType: String, _ inputs: [ValueID?], _ attributes: [Attribute] = [], domain: String = ""
    ) -> ValueID {
      let output = model.addValue(Value(name: "y", graph: model.mainGraph))
      model.addNode(
        Node(
          domain: domain, opType: opType, graph: model.mainGraph, inputs: inputs,
          outputs: [output], attributes: attributes))
      return output
    }
  }

  private func constant(
    _ value: ValueID, _ build: Builder, _ view: ConstantView = ConstantView()
  ) -> Tensor? {
    var view = view
    return view.tensor(value, in: build.model)
  }

  /// Doubles its first input.
  struct Doubler: ConstantEvaluator {
    func constants(
      of node: Node, in model: Model, inputs: [Tensor?], maximumElements: Int
    ) throws -> [Tensor]? {
      guard node.opType == "Double", let input = inputs.first ?? nil else { return nil }
      return try Tensor(input.floats().map { 2 * $0 }, shape: input.shape).map { [$0] }
    }
  }

  @Test func movementsShareTheStoredBytes() throws {
    var build = Builder()
    let weight = try build.initializer([1, 2, 3, 4, 5, 6], [2, 3])
    let target = try build.integers([3, -1])
    let axes = try build.integers([0])
    var value = build.apply("Identity", [weight])
    value = build.apply("Cast", [value], [Attribute("to", .int(1))])
    value = build.apply("Reshape", [value, target])
    value = build.apply("Unsqueeze", [value, axes])
    value = build.apply("Transpose", [value], [Attribute("perm", .ints([1, 0, 2]))])
    value = build.apply("Squeeze", [value])
    value = build.apply("Dropout", [value])
    value = build.apply("Flatten", [value], [Attribute("axis", .int(0))])
    let tensor = try #require(constant(value, build))
    #expect(tensor.shape.dimensions == [1, 6])
    #expect(try tensor.floats() == [1, 2, 3, 4, 5, 6])
    guard case .stored(let found) = tensor.storage,
      case .stored(let original) = build.model[weight].initializer?.storage
    else {
      Issue.record("not stored")
      return
    }
    #expect(found.source === original.source)
  }

  @Test func everyFormOfConstantNode() throws {
    var build = Builder()
    let shape = try #require(TensorShape([2]))
    let whole = try #require(Tensor([Float(7), 8], shape: shape))
    let forms: [(Attribute, DataType, Int)] = [
      (Attribute("value", .tensor(whole)), .float32, 1),
      (Attribute("value_float", .float(2)), .float32, 0),
      (Attribute("value_floats", .floats([2, 3])), .float32, 1),
      (Attribute("value_int", .int(2)), .int64, 0),
      (Attribute("value_ints", .ints([2])), .int64, 1),
      (Attribute("value_string", .string([65])), .string, 0),
      (Attribute("value_strings", .strings([[65], [66, 67]])), .string, 1),
      (
        Attribute(
          "sparse_value",
          .tensor(
            Tensor(
              dataType: .float32, shape: .vector(4),
              storage: .sparse(
                values: whole, indices: try #require(Tensor([Int64(1), 3], shape: shape)))))),
        .float32, 1
      ),
    ]
    for (attribute, type, rank) in forms {
      let value = build.apply("Constant", [], [attribute])
      let tensor = try #require(constant(value, build), "\(attribute.name)")
      #expect(tensor.dataType == type)
      #expect(tensor.shape.rank == rank)
    }
    let sparse = build.apply("Constant", [], [forms[7].0])
    let target = try build.integers([2, 2])
    let reshaped = build.apply("Reshape", [sparse, target])
    #expect(try constant(reshaped, build)?.floats() == [0, 7, 0, 8])
  }

  @Test func reasons() throws {
    var build = Builder()
    let main = build.model.mainGraph
    let input = build.model.addInput("x", type: nil, to: main)
    let overridable = try build.initializer([1], [1])
    build.model[overridable].isGraphInput = true
    let mutable = try build.initializer([1], [1])
    build.model[mutable].isMutable = true
    let body = build.model.addGraph()
    let parameter = build.model.addInput("p", type: nil, to: body)
    let relu = build.apply("Relu", [input])
    let custom = build.apply("Identity", [try build.initializer([1], [1])], domain: "other")
    let loop = build.apply("Identity", [ValueID(build.model.values.count)])
    build.model[NodeID(2)].inputs = [loop]
    let empty = build.apply("Constant", [])
    let reference = build.apply("Constant", [], [Attribute("value", .reference("a"))])
    func reason(_ value: ValueID) -> Constancy.Reason? {
      var view = ConstantView()
      return view.constancy(of: value, in: build.model).reason
    }
    #expect(reason(input) == .graphInput)
    #expect(reason(overridable) == .overridableInitializer)
    #expect(reason(mutable) == .mutableByTraining)
    #expect(reason(parameter) == .functionParameter)
    #expect(reason(relu) == .computed(NodeID(0)))
    #expect(reason(custom) == .computed(NodeID(1)))
    #expect(reason(loop) == .undefined)
    #expect(reason(empty) == .malformed(NodeID(3)))
    #expect(reason(reference) == .functionParameter)
    let named = build.apply("Identity", [overridable])
    #expect(reason(named) == .overridableInitializer)
    let assuming = ConstantView(options: .init(assumesDefaults: true))
    #expect(constant(named, build, assuming) != nil)
    #expect(constant(mutable, build, assuming) == nil)
  }

  @Test func trainingDropoutIsNoConstant() throws {
    var build = Builder()
    let weight = try build.initializer([1], [1])
    for (flag, isConstant) in [(UInt8(0), true), (1, false)] {
      let mode = build.model.addInitializer(
        "t", try #require(Tensor(dataType: .bool, shape: .scalar, bytes: [flag])),
        to: build.model.mainGraph)
      let value = build.apply("Dropout", [weight, nil, mode])
      #expect((constant(value, build) != nil) == isConstant)
    }
  }

  @Test func evaluatorTakesOverWhereElementsChange() throws {
    var build = Builder()
    let weight = try build.initializer([1, 2], [2])
    let doubled = build.apply("Double", [build.apply("Double", [weight])])
    let view = build.apply("Identity", [doubled])
    #expect(constant(view, build) == nil)
    #expect(try constant(view, build, ConstantView(evaluator: Doubler()))?.floats() == [4, 8])
    let limited = ConstantView(evaluator: Doubler(), options: .init(maximumElements: 1))
    #expect(constant(doubled, build, limited) == nil)
  }

  @Test func chainsOfAnyLengthDoNotRecurse() throws {
    var build = Builder()
    var value = try build.initializer([1], [1])
    for _ in 0..<100_000 { value = build.apply("Identity", [value]) }
    #expect(constant(value, build) != nil)
  }
}
