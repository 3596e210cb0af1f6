public import ModelIR
import Testing

/// Builds small models for tests.
struct ModelBuilder {
  var model: Model
  /// Where nodes and values go.
  var graph: GraphID

  init(opset: Int = 17, irVersion: Int = 8) {
    model = Model(header: .init(irVersion: irVersion), opsets: ["": opset])
    graph = model.mainGraph
  }

  mutating func input(
    _ name: String, _ type: DataType? = .float32, _ shape: [Dimension]? = nil
  ) -> ValueID {
    model.addInput(name, type: .tensor(type, shape), to: graph)
  }

  mutating func floats(_ shape: [Int]) throws -> ValueID {
    let shape = try #require(TensorShape(shape))
    let zeros = [Float](repeating: 0, count: shape.elementCount)
    return model.addInitializer("w", try #require(Tensor(zeros, shape: shape)), to: graph)
  }

  mutating func integers(_ values: [Int64]) throws -> ValueID {
    let tensor = try #require(Tensor(values, shape: .vector(values.count)))
    return model.addInitializer("i", tensor, to: graph)
  }

  mutating func integer(_ value: Int64) throws -> ValueID {
    model.addInitializer("i", try #require(Tensor([value], shape: .scalar)), to: graph)
  }

  mutating func apply(
    _ opType: String, _ inputs: [ValueID?], _ attributes: [Attribute] = [], outputs: Int = 1,
    domain: String = ""
  ) -> [ValueID] {
    let values = (0..<outputs).map { _ in model.addValue(Value(name: "y", graph: graph)) }
    model.addNode(
      Node(
        domain: domain, opType: opType, graph: graph, inputs: inputs, outputs: values,
        attributes: attributes))
    return values
  }

  mutating func apply(
    _ opType: String, _ inputs: [ValueID?], _ attributes: [Attribute] = []
  ) -> ValueID {
    apply(opType, inputs, attributes, outputs: 1)[0]
  }

  /// Fills a new graph, then goes on where it was.
  mutating func body(_ fill: (inout ModelBuilder) throws -> [ValueID]) rethrows -> GraphID {
    let outer = graph
    let inner = model.addGraph()
    graph = inner
    let outputs = try fill(&self)
    model[inner].outputs = outputs
    graph = outer
    return inner
  }
}

extension Dimension: ExpressibleByIntegerLiteral {
  /// A known extent.
  public init(integerLiteral value: Int) { self = .known(value) }
}

extension Dimension: ExpressibleByStringLiteral {
  /// A named extent.
  public init(stringLiteral value: String) { self = .symbol(value) }
}
