import ModelIR
import Operators
import Testing

@Suite struct NodeCostTests {
  private func cost(_ value: ValueID, _ build: ModelBuilder) throws -> NodeCost {
    let id = try #require(build.model.producer(of: value))
    return NodeCost(id, in: build.model, shapes: ShapeInference(build.model))
  }

  @Test func groupedConvolution() throws {
    var build = ModelBuilder()
    let x = build.input("x", .float32, [2, 8, 10, 12])
    let y = build.apply(
      "Conv", [x, try build.floats([16, 2, 3, 5]), try build.floats([16])],
      [Attribute("group", .int(4))])
    let cost = try cost(y, build)
    // 2·16·8·8 outputs of 2·3·5 taps each.
    #expect(cost.multiplyAdds == 2 * 16 * 8 * 8 * 30)
    #expect(cost.operations == 2 * 2 * 16 * 8 * 8 * 30)
    #expect(cost.parameters == 16 * 30 + 16)
  }

  @Test func transposedConvolution() throws {
    var build = ModelBuilder()
    let x = build.input("x", .float32, [1, 8, 5])
    let y = build.apply(
      "ConvTranspose", [x, try build.floats([8, 3, 4])],
      [Attribute("strides", .ints([2])), Attribute("group", .int(2))])
    // 8·5 inputs, each spread over 3·4 outputs.
    #expect(try cost(y, build).multiplyAdds == 8 * 5 * 12)
  }

  @Test func products() throws {
    var build = ModelBuilder()
    let x = build.input("x", .float32, [7, 4])
    let gemm = build.apply(
      "Gemm", [x, try build.floats([7, 9])], [Attribute("transA", .int(1))])
    let stacked = build.input("s", .float32, [3, 1, 5, 7])
    let product = build.apply("MatMul", [stacked, try build.floats([2, 7, 6])])
    let einsum = build.apply(
      "Einsum", [stacked, try build.floats([7, 11])],
      [Attribute("equation", .string(Array("abij,jk->abik".utf8)))])
    #expect(try cost(gemm, build).multiplyAdds == 4 * 7 * 9)
    #expect(try cost(product, build).multiplyAdds == 3 * 2 * 5 * 6 * 7)
    #expect(try cost(einsum, build).multiplyAdds == 3 * 5 * 7 * 11)
  }

  @Test func otherOperators() throws {
    var build = ModelBuilder()
    let x = build.input("x", .float32, [1, 4, 6, 6])
    let relu = build.apply("Relu", [x])
    let pool = build.apply("MaxPool", [x], [Attribute("kernel_shape", .ints([3, 3]))])
    let mean = build.apply("ReduceMean", [x])
    let moved = build.apply("Transpose", [x])
    for (value, operations) in [(relu, 144), (pool, 64 * 9), (mean, 144), (moved, 0)] {
      let cost = try cost(value, build)
      #expect(cost.multiplyAdds == 0)
      #expect(cost.operations == operations)
    }
  }

  @Test func unknownExtentsAreNotGuessed() throws {
    var build = ModelBuilder()
    let x = build.input("x", .float32, ["N", 4])
    let y = build.apply("MatMul", [x, try build.floats([4, 5])])
    #expect(try cost(y, build).multiplyAdds == nil)
    #expect(try cost(y, build).parameters == 20)
    let total = GraphCost(
      build.model.mainGraph, in: build.model, shapes: ShapeInference(build.model))
    #expect(total.uncounted == [NodeID(0)])
    let given = ShapeInference(build.model, inputShapes: [x: [3, 4]])
    let complete = GraphCost(build.model.mainGraph, in: build.model, shapes: given)
    #expect(complete.isComplete && complete.multiplyAdds == 60)
  }

  @Test func bodiesCountByTheirNode() throws {
    var build = ModelBuilder()
    let x = build.input("x", .float32, [2, 3])
    let condition = build.input("c", .bool, [])
    let weight = try build.floats([3, 3])
    let thenBody = build.body { [$0.apply("MatMul", [x, weight])] }
    let elseBody = build.body { build in
      [build.apply("MatMul", [build.apply("MatMul", [x, weight]), weight])]
    }
    _ = build.apply(
      "If", [condition],
      [Attribute("then_branch", .graph(thenBody)), Attribute("else_branch", .graph(elseBody))])
    let trips = try build.integer(5)
    let loop = build.body { build in
      _ = build.input("i", .int64, [])
      let goOn = build.input("g", .bool, [])
      let state = build.input("s", .float32, nil)
      return [build.apply("Identity", [goOn]), build.apply("MatMul", [state, weight])]
    }
    _ = build.apply("Loop", [trips, nil, x], [Attribute("body", .graph(loop))])
    let total = GraphCost(
      build.model.mainGraph, in: build.model, shapes: ShapeInference(build.model))
    // The dearer branch (2 · 18), and five times 18.
    #expect(total.multiplyAdds == 36 + 90)
    #expect(total.isComplete)
  }

  @Test func shapesAndIndicesAreNoParameters() throws {
    var build = ModelBuilder()
    let x = build.input("x", .float32, [2, 3])
    let y = build.apply("Reshape", [x, try build.integers([3, 2])])
    #expect(try cost(y, build).parameters == 0)
    let shared = try build.floats([3])
    let constant = build.apply("Constant", [], [Attribute("value_floats", .floats([1, 2, 3]))])
    #expect(try cost(build.apply("Add", [shared, shared]), build).parameters == 3)
    #expect(try cost(build.apply("Add", [x, constant]), build).parameters == 3)
  }
}
