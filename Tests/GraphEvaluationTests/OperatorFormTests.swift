import ModelIR
import Testing

@testable import GraphEvaluation

/// Forms of operators that onnxruntime and ONNX's own tests leave out; numbers by hand.
@Suite struct OperatorFormTests {
  /// Runs one node on values.
  private func run(
    _ opType: String, opset: Int, _ inputs: [RuntimeTensor], _ attributes: [Attribute] = []
  ) throws -> RuntimeTensor {
    var model = Model(header: .init(irVersion: 8), opsets: ["": opset])
    let graph = model.mainGraph
    var values: [ValueID: RuntimeTensor] = [:]
    for (position, input) in inputs.enumerated() {
      values[model.addInput("i\(position)", type: nil, to: graph)] = input
    }
    let output = model.addValue(Value(name: "y", graph: graph))
    model.addNode(
      Node(
        opType: opType, graph: graph, inputs: values.keys.sorted(), outputs: [output],
        attributes: attributes))
    model[graph].outputs = [output]
    return try #require(try GraphRunner(model: model, precision: .stored).run(values)[output])
  }

  private func floats(_ type: DataType, _ shape: [Int], _ values: [Float]) -> RuntimeTensor {
    RuntimeTensor(dataType: type, shape: shape, elements: .float(values))
  }

  @Test func gemmOfWholeNumbers() throws {
    let a = RuntimeTensor([1, 2, 3, 4], shape: [2, 2], dataType: .int32)
    let c = RuntimeTensor([10, 20], shape: [2], dataType: .int32)
    // A·A = [[7, 10], [15, 22]]
    let whole = try run(
      "Gemm", opset: 13, [a, a, c], [Attribute("alpha", .float(2)), Attribute("beta", .float(-1))])
    #expect(whole.integers == [4, 0, 20, 24])
    let half = try run("Gemm", opset: 13, [a, a, c], [Attribute("alpha", .float(0.5))])
    #expect(half.integers == [13, 25, 17, 31])
  }

  @Test func quantizedProductInSmallFloats() throws {
    let type = DataType.float8E4M3FN
    let scale = RuntimeTensor([0.5], shape: [])
    let zero = floats(type, [], [0])
    let a = floats(type, [2, 2], [1, 2, 200, 448])
    let b = floats(type, [2, 1], [3, 4.5])
    let one = RuntimeTensor([1], shape: [])
    let y = try run(
      "QLinearMatMul", opset: 21, [a, scale, zero, b, scale, zero, one, zero])
    // 12 · ¼ = 3; 2616 · ¼ = 654 is beyond 448
    #expect(y.dataType == type)
    #expect(y.doubles() == [3, 448])
  }

  @Test func quantizedProductWithAScaleForEachRowAndColumn() throws {
    func bytes(_ shape: [Int], _ values: [Int64]) -> RuntimeTensor {
      RuntimeTensor(values, shape: shape, dataType: .uint8)
    }
    let (a, b) = (bytes([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), bytes([2, 2], [1, 0, 1, 2]))
    let rows = RuntimeTensor([1, 2, 4, 8], shape: [2, 2, 1])
    let columns = RuntimeTensor([1, 0.5], shape: [2])
    let y = try run(
      "QLinearMatMul", opset: 10,
      [
        a, rows, bytes([2, 2, 1], [0, 1, 2, 3]), b, columns, bytes([2], [0, 1]),
        RuntimeTensor([2], shape: []), bytes([], [10]),
      ])
    // A − zero = [[1, 2], [2, 3]], [[3, 4], [4, 5]]; B − zero = [[1, −1], [1, 1]]
    // products [[3, 1], [5, 1]], [[7, 1], [9, 1]], by row and column scales over 2, halves to even
    #expect(y.integers == [12, 10, 15, 10, 24, 11, 46, 12])
  }

  @Test(
    arguments: [
      ("up", [4, 8, 8, 8, 0x1p-127], true), ("down", [4, 4, 4, 4, 0x1p-127], true),
      ("nearest", [4, 4, 8, 8, 0x1p-127], true), ("nearest", [4, 4, 8, 8, .nan], false),
    ] as [(String, [Double], Bool)])
  func roundingToPowersOfTwo(mode: String, expected: [Double], saturating: Bool) throws {
    let y = try run(
      "Cast", opset: 24, [RuntimeTensor([4, 5, 6, 7, 0], shape: [5])],
      [
        Attribute("to", .int(24)), Attribute("round_mode", .string(Array(mode.utf8))),
        Attribute("saturate", .int(saturating ? 1 : 0)),
      ])
    #expect(y.dataType == .float8E8M0)
    #expect(zip(y.doubles(), expected).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
  }

  @Test func castsByName() throws {
    let y = try run(
      "Cast", opset: 1, [RuntimeTensor([1.5, -2.5], shape: [2])],
      [Attribute("to", .string(Array("DOUBLE".utf8)))])
    #expect(y.dataType == .float64)
    #expect(y.doubles() == [1.5, -2.5])
  }

  /// Sums along two sequences of one batch, of which the second ends early.
  @Test func scanWithLengths() throws {
    var model = Model(header: .init(irVersion: 3), opsets: ["": 8])
    let (main, body) = (model.mainGraph, model.addGraph(name: "body"))
    let state = model.addInput("s", type: nil, to: body)
    let element = model.addInput("e", type: nil, to: body)
    let sum = model.addValue(Value(name: "t", graph: body))
    let copy = model.addValue(Value(name: "u", graph: body))
    model.addNode(Node(opType: "Add", graph: body, inputs: [state, element], outputs: [sum]))
    model.addNode(Node(opType: "Identity", graph: body, inputs: [sum], outputs: [copy]))
    model[body].outputs = [sum, copy]
    let inputs = ["lengths", "start", "x"].map { model.addInput($0, type: nil, to: main) }
    let outputs = ["last", "all"].map { model.addValue(Value(name: $0, graph: main)) }
    model.addNode(
      Node(
        opType: "Scan", graph: main, inputs: inputs, outputs: outputs,
        attributes: [Attribute("body", .graph(body)), Attribute("num_scan_inputs", .int(1))]))
    model[main].outputs = outputs
    let result = try GraphRunner(model: model, precision: .stored).run([
      inputs[0]: RuntimeTensor([3, 2] as [Int64], shape: [2]),
      inputs[1]: RuntimeTensor([0, 10], shape: [2, 1]),
      inputs[2]: RuntimeTensor([1, 2, 3, 4, 5, 6], shape: [2, 3, 1]),
    ])
    #expect(result[outputs[0]]?.doubles() == [6, 19])
    #expect(result[outputs[1]]?.shape == [2, 3, 1])
    #expect(result[outputs[1]]?.doubles() == [1, 3, 6, 14, 19, 0])
  }
}
