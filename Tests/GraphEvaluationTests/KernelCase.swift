import ModelIR
import Testing

@testable import GraphEvaluation

/// One node with inputs and the outputs that another implementation gave.
struct KernelCase: Sendable, CustomTestStringConvertible {
  /// A tensor as numbers.
  struct Numbers: Sendable {
    var type: DataType
    var shape: [Int]
    var values: [Double]

    init(_ type: DataType, _ shape: [Int], _ values: [Double]) {
      self.type = type
      self.shape = shape
      self.values = values
    }

    /// The same as a value that a graph can read.
    var value: RuntimeTensor {
      switch type {
      case .float32:
        RuntimeTensor(values.map { Float($0) }, shape: shape)
      case .float64:
        RuntimeTensor(dataType: type, shape: shape, elements: .double(values))
      default:
        RuntimeTensor(values.map { Int64($0) }, shape: shape, dataType: type)
      }
    }
  }

  var name: String
  var opType: String
  var opset: Int
  var attributes: [Attribute]
  var inputs: [Numbers?]
  var outputs: [Numbers]

  init(
    _ name: String, _ opType: String, opset: Int, attributes: [Attribute], inputs: [Numbers?],
    outputs: [Numbers]
  ) {
    self.name = name
    self.opType = opType
    self.opset = opset
    self.attributes = attributes
    self.inputs = inputs
    self.outputs = outputs
  }

  var testDescription: String { name }

  /// Runs the node alone and gives its outputs.
  func run(
    _ precision: EvaluationPrecision, options: EvaluationOptions = EvaluationOptions()
  ) throws -> [RuntimeTensor] {
    var model = Model(header: .init(irVersion: 8), opsets: ["": opset])
    let graph = model.mainGraph
    var values: [ValueID: RuntimeTensor] = [:]
    var ids: [ValueID?] = []
    for (position, input) in inputs.enumerated() {
      guard let input else {
        ids.append(nil)
        continue
      }
      let id = model.addInput("i\(position)", type: nil, to: graph)
      values[id] = input.value
      ids.append(id)
    }
    let results = outputs.indices.map { model.addValue(Value(name: "o\($0)", graph: graph)) }
    model.addNode(
      Node(
        opType: opType, graph: graph, inputs: ids, outputs: results, attributes: attributes))
    model[graph].outputs = results
    let made = try GraphRunner(model: model, precision: precision, options: options).run(values)
    return try results.map { try #require(made[$0]) }
  }
}
