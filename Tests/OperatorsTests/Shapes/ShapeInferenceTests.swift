import ModelIR
import Operators
import Testing

@Suite struct ShapeInferenceTests {
  @Test func convolutionsKeepNamedExtentsWhereTheyStay() throws {
    var build = ModelBuilder()
    let x = build.input("x", .float16, ["N", 3, "H", 224])
    let weight = try build.floats([64, 3, 3, 3])
    let same = build.apply("Conv", [x, weight], [Attribute("pads", .ints([1, 1, 1, 1]))])
    let strided = build.apply(
      "Conv", [same, try build.floats([8, 16, 7, 7])],
      [
        Attribute("pads", .ints([3, 3, 3, 3])), Attribute("strides", .ints([2, 2])),
        Attribute("group", .int(4)),
      ])
    let pooled = build.apply("GlobalAveragePool", [strided])
    let flat = build.apply("Flatten", [pooled])
    let shapes = ShapeInference(build.model)
    #expect(shapes.type(of: same) == .tensor(.float16, ["N", 64, "H", 224]))
    #expect(shapes.dimensions(of: strided) == ["N", 8, .unknown, 112])
    #expect(shapes.dimensions(of: pooled) == ["N", 8, 1, 1])
    #expect(shapes.dimensions(of: flat) == ["N", 8])
    #expect(shapes.shape(of: flat) == nil)
    #expect(shapes.findings.isEmpty)
    let given = ShapeInference(build.model, inputShapes: [x: [2, 3, 64, 224]])
    #expect(given.shape(of: strided) == [2, 8, 32, 112])
    #expect(given.shape(of: flat) == [2, 8])
  }

  @Test func shapeArithmeticReachesReshape() throws {
    // x.view(x.shape[0], x.shape[1] * 2, -1), as exporters write it.
    var build = ModelBuilder()
    let x = build.input("x", .float32, ["N", 6, 4, 10])
    let shape = build.apply("Shape", [x])
    let batch = build.apply("Gather", [shape, try build.integer(0)])
    let channels = build.apply("Gather", [shape, try build.integer(1)])
    let doubled = build.apply("Mul", [channels, try build.integer(2)])
    let axes = try build.integers([0])
    let target = build.apply(
      "Concat",
      [
        build.apply("Unsqueeze", [batch, axes]), build.apply("Unsqueeze", [doubled, axes]),
        try build.integers([-1]),
      ], [Attribute("axis", .int(0))])
    let y = build.apply("Reshape", [x, target])
    let shapes = ShapeInference(build.model)
    #expect(shapes.numbers(of: target) == ["N", 12, -1])
    #expect(shapes.dimensions(of: y) == ["N", 12, 20])
  }

  @Test func unknownExtentsStayTheSameOnTheirWay() throws {
    // The strided extent has no name in the file, yet both sides of Reshape hold it.
    var build = ModelBuilder()
    let x = build.input("x", .float32, [1, 8, "H"])
    let y = build.apply("MaxPool", [x], [Attribute("kernel_shape", .ints([3]))])
    let shape = build.apply("Shape", [y])
    let width = build.apply("Gather", [shape, try build.integers([2])])
    let target = build.apply(
      "Concat", [width, try build.integers([2, -1])], [Attribute("axis", .int(0))])
    let z = build.apply("Reshape", [y, target])
    let shapes = ShapeInference(build.model)
    #expect(shapes.dimensions(of: y) == [1, 8, .unknown])
    #expect(shapes.dimensions(of: z) == [.unknown, 2, 4])
    #expect(shapes.numbers(of: shape) == [1, 8, .unknown])
  }

  @Test func expandAsExportersWriteIt() throws {
    // Where(target == -1, 1, target) with a named extent, which is never −1.
    var build = ModelBuilder()
    let x = build.input("x", .float32, [1, 1, 16])
    let other = build.input("o", .float32, ["N", 5])
    let batch = build.apply("Shape", [other])
    let target = build.apply(
      "Concat", [batch, try build.integers([-1])], [Attribute("axis", .int(0))])
    let ones = build.apply(
      "ConstantOfShape", [build.apply("Shape", [target])],
      [Attribute("value", .tensor(try #require(Tensor([Int64(1)], shape: .vector(1)))))])
    let test = build.apply("Equal", [target, try build.integers([-1])])
    let size = build.apply("Where", [test, ones, target])
    let y = build.apply("Expand", [x, size])
    let shapes = ShapeInference(build.model)
    #expect(shapes.numbers(of: size) == ["N", 5, 1])
    #expect(shapes.dimensions(of: y) == ["N", 5, 16])
  }

  @Test func statementsFillGapsAndDoNotOverride() throws {
    var build = ModelBuilder()
    let x = build.input("x", .float32, [2, 3])
    let unknown = build.apply("Foreign", [x], outputs: 1, domain: "other")[0]
    build.model[unknown].type = .tensor(.float32, [2, 7])
    let y = build.apply("Relu", [unknown])
    let wrong = build.apply("Relu", [x])
    let honest = ShapeInference(build.model)
    #expect(honest.shape(of: y) == [2, 7])
    #expect(honest.findings.isEmpty)
    let strict = ShapeInference(build.model, options: .init(usesStatements: false))
    #expect(strict.type(of: y) == nil)

    build.model[wrong].type = .tensor(.float32, [5, 3])
    let lying = ShapeInference(build.model)
    #expect(lying.shape(of: wrong) == [2, 3])
    #expect(lying.findings.map(\.value) == [wrong])
    // A file that lies once is not believed elsewhere, but for ranks.
    #expect(lying.dimensions(of: y) == [.unknown, .unknown])
    build.model[wrong].type = .tensor(.float32, [2, 3, 1])
    #expect(ShapeInference(build.model).type(of: y) == nil)
  }

  @Test func aNamedExtentDoesNotTurnIntoALeftOverNumber() throws {
    // Someone gave the input a free batch and left value_info as it was.
    var build = ModelBuilder()
    let x = build.input("x", .float32, ["N", 3])
    let y = build.apply("Relu", [x])
    build.model[y].type = .tensor(.float32, [1, 3])
    let shapes = ShapeInference(build.model)
    #expect(shapes.dimensions(of: y) == ["N", 3])
    #expect(shapes.findings.count == 1)
  }

  @Test func branchesAreJoined() throws {
    var build = ModelBuilder()
    let x = build.input("x", .float32, [1, 4, 6])
    let condition = build.input("c", .bool, [])
    let thenBody = build.body { [$0.apply("Relu", [x])] }
    let elseBody = try build.body { build in
      [build.apply("Concat", [x, try build.floats([1, 1, 6])], [Attribute("axis", .int(1))])]
    }
    let y = build.apply(
      "If", [condition],
      [Attribute("then_branch", .graph(thenBody)), Attribute("else_branch", .graph(elseBody))])
    let shapes = ShapeInference(build.model)
    #expect(shapes.type(of: y) == .tensor(.float32, [1, .unknown, 6]))
    #expect(shapes.shape(of: build.model[elseBody].outputs[0]) == [1, 5, 6])
  }

  @Test func loopsForgetWhatChanges() throws {
    var build = ModelBuilder()
    let trips = try build.integer(3)
    let start = build.input("s", .float32, [2, 5])
    let steady = build.input("t", .float32, [7])
    let body = build.body { build in
      _ = build.input("i", .int64, [])
      let condition = build.input("c", .bool, [])
      let grown = build.input("g", .float32, nil)
      let kept = build.input("k", .float32, nil)
      let next = build.apply("Concat", [grown, start], [Attribute("axis", .int(0))])
      return [
        build.apply("Identity", [condition]), next, build.apply("Relu", [kept]),
        build.apply("Neg", [kept]),
      ]
    }
    let outputs = build.apply(
      "Loop", [trips, nil, start, steady], [Attribute("body", .graph(body))], outputs: 3)
    let shapes = ShapeInference(build.model)
    #expect(shapes.dimensions(of: outputs[0]) == [.unknown, 5])
    #expect(shapes.dimensions(of: outputs[1]) == [7])
    #expect(shapes.dimensions(of: outputs[2]) == [.unknown, 7])
    #expect(shapes.dimensions(of: build.model[body].inputs[2]) == [.unknown, 5])
  }

  @Test func functionsAreInferredForEachCall() throws {
    var build = ModelBuilder()
    let small = build.input("a", .float32, [1, 8])
    let large = build.input("b", .float32, [3, 4, 5])
    let body = build.body { build in
      let x = build.model.addInput("x", type: nil, to: build.graph)
      return [build.apply("Flatten", [x], [Attribute("axis", .reference("at"))])]
    }
    build.model.functions = [
      Function(
        domain: "f", name: "Flat", body: body, defaultAttributes: [Attribute("at", .int(1))],
        opsets: ["": 17])
    ]
    let y = build.apply("Flat", [small], outputs: 1, domain: "f")[0]
    let once = ShapeInference(build.model)
    #expect(once.shape(of: build.model[body].outputs[0]) == [1, 8])
    let z = build.apply("Flat", [large], [Attribute("at", .int(2))], outputs: 1, domain: "f")[0]
    let twice = ShapeInference(build.model)
    #expect(twice.shape(of: y) == [1, 8])
    #expect(twice.shape(of: z) == [12, 5])
    #expect(twice.type(of: build.model[body].outputs[0]) == nil)
  }

  @Test func nodesThatDoNotFitAreNamed() throws {
    var build = ModelBuilder()
    let x = build.input("x", .float32, [1, 3, 4])
    let conv = build.apply("Conv", [x, try build.floats([8, 4, 3])])
    _ = build.apply("MatMul", [x, try build.floats([3, 3])])
    _ = build.apply("Transpose", [x], [Attribute("perm", .ints([0, 0, 1]))])
    _ = build.apply("Reshape", [x, try build.integers([5, -1])])
    _ = build.apply("NoSuchOperator", [x])
    let shapes = ShapeInference(build.model)
    #expect(shapes.type(of: conv) == nil)
    #expect(shapes.findings.map { $0.node?.index } == [0, 1, 2, 3, 4])
  }

  @Test func functionsThatCallEachOtherEndInTime() throws {
    // Forty functions, each calling the next twice: 2⁴⁰ visits without a limit.
    var build = ModelBuilder()
    let x = build.input("x", .float32, [1])
    for level in 0..<40 {
      let body = build.body { build in
        let x = build.model.addInput("x", type: nil, to: build.graph)
        let y = build.apply("F\(level + 1)", [x], outputs: 1, domain: "f")[0]
        return [build.apply("F\(level + 1)", [y], outputs: 1, domain: "f")[0]]
      }
      build.model.functions.append(
        Function(domain: "f", name: "F\(level)", body: body, opsets: ["": 17]))
    }
    let y = build.apply("F0", [x], outputs: 1, domain: "f")[0]
    #expect(ShapeInference(build.model).type(of: y) == nil)
  }

  @Test(
    arguments: [
      (0, 5, 1, 10, [0, 1, 2, 3, 4]), (-3, .max, 1, 5, [2, 3, 4]), (4, .min, -2, 5, [4, 2, 0]),
      (9, 0, -3, 5, [4, 1]), (0, -1, 2, 5, [0, 2]), (3, 1, 1, 5, []), (0, 5, 1, 0, []),
      (4, 0, -1, 0, []), (0, 9, .max, 5, [0]), (.min, .max, 4, 5, [0, 4]),
    ] as [(Int, Int, Int, Int, [Int])])
  func slicePositions(start: Int, end: Int, step: Int, extent: Int, expected: [Int]) {
    // As numpy slices (a start or end of none is the largest or smallest number here).
    #expect(SliceRange(start: start, end: end, step: step, extent: extent).positions == expected)
  }
}
