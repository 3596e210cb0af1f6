import ModelIR
import ModelStatistics
import Operators
import Testing

@Suite struct ModelInventoryTests {
  /// Gemm, Relu, Gemm over [4, 8] → [4, 16] → [4, 2], with a Constant node and an override.
  private func model() throws -> Model {
    var model = Model(header: .init(irVersion: 8, producerName: "test"), opsets: ["": 17])
    let main = model.mainGraph
    let x = model.addInput("x", type: .tensor(.float32, [.known(4), .known(8)]), to: main)
    let weight = model.addInitializer("w", try zeros([8, 16]), to: main)
    let bias = model.addInitializer("b", try zeros([2]), to: main)
    model[bias].isGraphInput = true
    model[main].inputs.append(bias)
    func value(_ name: String) -> ValueID { model.addValue(Value(name: name, graph: main)) }
    func node(
      _ opType: String, _ inputs: [ValueID?], _ output: ValueID, _ attributes: [Attribute] = []
    ) {
      model.addNode(
        Node(
          opType: opType, graph: main, inputs: inputs, outputs: [output], attributes: attributes))
    }
    let (h, r, c, y) = (value("h"), value("r"), value("c"), value("y"))
    node("Gemm", [x, weight], h)
    node("Relu", [h], r)
    node("Constant", [], c, [Attribute("value", .tensor(try zeros([16, 2])))])
    node("Gemm", [r, c, bias], y)
    model[main].outputs = [y]
    return model
  }

  private func zeros(_ shape: [Int]) throws -> Tensor {
    let shape = try #require(TensorShape(shape))
    return try #require(Tensor([Float](repeating: 0, count: shape.elementCount), shape: shape))
  }

  @Test func totals() throws {
    let model = try model()
    let totals = ModelInventory(model, shapes: ShapeInference(model))
    #expect(totals.parameters == 128 + 2 + 32)
    #expect(totals.bytes == 4 * 162)
    #expect(totals.types.map(\.tensors) == [3])
    #expect(totals.nodes == 4)
    #expect(totals.operators.map(\.opType) == ["Gemm", "Constant", "Relu"])
    #expect(totals.operators.map(\.count) == [2, 1, 1])
    #expect(totals.inputs.map(\.name) == ["x", "b"])
    #expect(totals.inputs.map(\.hasDefault) == [false, true])
    #expect(totals.outputs.map(\.type) == [.tensor(.float32, [.known(4), .known(2)])])
    #expect(totals.cost.multiplyAdds == 4 * 8 * 16 + 4 * 16 * 2)
    // Relu has its input and its output alive: two of [4, 16] floats.
    #expect(totals.peakActivationBytes == 2 * 4 * 64)
  }

  @Test func layers() throws {
    let model = try model()
    let layers = LayerStatistics.layers(of: model, shapes: ShapeInference(model))
    #expect(layers.map(\.opType) == ["Gemm", "Relu", "Gemm"])
    #expect(layers.map(\.cost.parameters) == [128, 0, 34])
    #expect(layers.map(\.weightType) == [.float32, nil, .float32])
    #expect(layers[1].output == .tensor(.float32, [.known(4), .known(16)]))
  }
}
