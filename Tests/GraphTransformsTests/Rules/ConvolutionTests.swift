import GraphEvaluation
import GraphTransforms
import ModelIR
import Testing

@Suite struct ConvolutionTests {
  struct Form: CustomTestStringConvertible {
    var rank = 2
    var group = 1
    var inputs = 4
    var outputs = 6
    var bias = true
    var padded = true
    var testDescription: String {
      "\(rank)-D, group \(group), \(inputs) to \(outputs)\(bias ? ", bias" : "")"
    }
  }

  static let forms = [
    Form(), Form(bias: false), Form(rank: 1), Form(rank: 3, inputs: 2, outputs: 2),
    Form(group: 2), Form(group: 2, inputs: 6, outputs: 4, bias: false),
    Form(group: 4, inputs: 4, outputs: 4), Form(rank: 1, group: 3, inputs: 6, outputs: 9),
    Form(group: 4, inputs: 4, outputs: 8), Form(inputs: 5, outputs: 5),
    Form(inputs: 1, outputs: 1),
  ]

  @Test(arguments: forms, [DataType.float32, .float64, .float16, .bfloat16])
  func takesWhatFollows(_ form: Form, _ type: DataType) throws {
    var builder = GraphBuilder(type: type, seed: UInt64(form.outputs))
    let x = builder.input("x", [2, form.inputs] + Array([5, 4, 3].prefix(form.rank)))
    let kernel = [Int](repeating: 2, count: form.rank)
    let w = builder.constant("w", [form.outputs, form.inputs / form.group] + kernel)
    let b = form.bias ? builder.constant("b", [form.outputs]) : nil
    let pads = [Int64](repeating: 1, count: 2 * form.rank)
    let c = builder.node(
      "Conv", [x, w] + (form.bias ? [b] : []),
      ["group": .int(Int64(form.group)), "pads": .ints(pads)])
    builder.output(builder.normalization(c, form.outputs))
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["Conv"], rule: "conv", tolerance: type.tolerance)
    #expect(check.result.claims.count == 2)
  }

  @Test(arguments: forms) func takesWhatComesBefore(_ form: Form) throws {
    var builder = GraphBuilder(seed: UInt64(form.inputs))
    let x = builder.input("x", [2, form.inputs] + Array([5, 4, 3].prefix(form.rank)))
    let y = builder.normalization(x, form.inputs)
    let kernel = [Int](repeating: 2, count: form.rank)
    let w = builder.constant("w", [form.outputs, form.inputs / form.group] + kernel)
    let b = form.bias ? builder.constant("b", [form.outputs]) : nil
    builder.output(
      builder.node("Conv", [y, w] + (form.bias ? [b] : []), ["group": .int(Int64(form.group))]))
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["Conv"], rule: "conv-forward")
  }

  @Test(arguments: ["SAME_UPPER", "SAME_LOWER", "VALID"]) func knowsAutoPad(_ mode: String) throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [1, 3, 7, 6])
    let w = builder.constant("w", [4, 3, 3, 2])
    let c = builder.node(
      "Conv", [x, w], ["auto_pad": .string(Array(mode.utf8)), "strides": .ints([2, 2])])
    builder.output(builder.normalization(c, 4))
    try FoldCheck(builder).expectFolded(into: ["Conv"])

    builder = GraphBuilder()
    let before = builder.normalization(builder.input("x", [1, 3, 7, 6]), 3)
    let kernel = builder.constant("w", [4, 3, 3, 2])
    builder.output(
      builder.node("Conv", [before, kernel], ["auto_pad": .string(Array(mode.utf8))]))
    let check = try FoldCheck(builder)
    if mode == "VALID" {
      check.expectFolded(into: ["Conv"])
    } else {
      check.expectKept { if case .padding = $0.forward { true } else { false } }
    }
  }

  @Test func sameOfASingleElementPadsNothing() throws {
    var builder = GraphBuilder()
    let y = builder.normalization(builder.input("x", [1, 3, 7, 6]), 3)
    let w = builder.constant("w", [4, 3, 1, 1])
    builder.output(
      builder.node(
        "Conv", [y, w],
        ["auto_pad": .string(Array("SAME_UPPER".utf8)), "strides": .ints([2, 3])]))
    try FoldCheck(builder).expectFolded(into: ["Conv"])
  }

  @Test func paddingKeepsAShiftOut() throws {
    var builder = GraphBuilder()
    let y = builder.normalization(builder.input("x", [1, 3, 5, 5]), 3)
    let w = builder.constant("w", [4, 3, 3, 3])
    builder.output(builder.node("Conv", [y, w], ["pads": .ints([0, 0, 0, 1])]))
    try FoldCheck(builder).expectKept { if case .padding = $0.forward { true } else { false } }
  }

  @Test func paddingLetsAScaleIn() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [1, 3, 5, 5])
    let s = builder.constant("s", [3, 1, 1], [2, -3, 0.5])
    let w = builder.constant("w", [4, 3, 3, 3])
    let y = builder.node("Mul", [x, s])
    builder.output(builder.node("Conv", [y, w], ["pads": .ints([1, 1, 1, 1])]))
    try FoldCheck(builder).expectFolded(into: ["Conv"], rule: "conv-forward")
  }

  @Test func severalFoldsRoundOnce() throws {
    var builder = GraphBuilder(seed: 9)
    let x = builder.input("x", [1, 3, 5, 5])
    let before = builder.normalization(x, 3)
    let c = builder.node("Conv", [before, builder.constant("w", [4, 3, 3, 3])])
    let first = builder.normalization(c, 4)
    let scaled = builder.node("Mul", [builder.constant("m", [4, 1, 1]), first])
    let moved = builder.node("Add", [scaled, builder.constant("a", [1, 4, 1, 1])])
    builder.output(builder.normalization(moved, 4))
    let check = try FoldCheck(builder)
    check.expectFolded(into: ["Conv"])
    let weight = try #require(check.result.claims.first { $0.role == .weight })
    #expect(weight.steps.count == 4)
    let source = try #require(weight.source)
    #expect(check.original[source].name == "w")
  }

  /// A bias of zeros that the weight's shape and the input's type make goes with everything that
  /// made it, so that the old weight goes too.
  @Test func aBiasMadeByCastLike() throws {
    var builder = GraphBuilder(opset: 18, seed: 47)
    let x = builder.node("Relu", [builder.input("x", [1, 3, 5, 6])])
    builder.model[x].type = .tensor(.float32, [1, 3, 5, 6].map { .known($0) })
    let w = builder.constant("w", [4, 3, 3, 3])
    let count = builder.node("Shape", [w], ["start": .int(0), "end": .int(1)])
    let number = builder.model.addInitializer(
      "zero", builder.tensor([], [0.25], .float64), to: builder.model.mainGraph)
    let zero = builder.node("CastLike", [number, x])
    let bias = builder.node("Expand", [zero, count])
    builder.output(builder.normalization(builder.node("Conv", [x, w, bias]), 4))
    let result = FoldPass().run(builder.model, constants: KernelConstantEvaluator())
    #expect(FoldCheck.operators(result.model) == ["Relu", "Conv"])
    #expect(result.model[result.model.mainGraph].initializers.count == 2)
    let expected = try DoubleRun.outputs(builder.model, builder.feeds, unrounded: false)
    let found = try DoubleRun.outputs(result.model, builder.feeds, unrounded: false)
    #expect(zip(found, expected).allSatisfy { $0.distance(to: $1) < 1e-6 })
  }

  /// Where no type is stated, nothing is known of what CastLike makes.
  @Test func aBiasMadeLikeSomethingUnknown() throws {
    var builder = GraphBuilder(opset: 18, seed: 48)
    let x = builder.node("Relu", [builder.input("x", [1, 3, 5, 6])])
    let zero = builder.node("CastLike", [builder.constant("zero", [4]), x])
    let c = builder.node("Conv", [x, builder.constant("w", [4, 3, 3, 3]), zero])
    builder.output(builder.normalization(c, 4))
    let result = FoldPass().run(builder.model, constants: KernelConstantEvaluator())
    #expect(result.sites.allSatisfy { !$0.isFolded })
  }
}

extension DataType {
  /// What rounding weights and biases of this type once may change, relative to the largest.
  var tolerance: Double { 16 * (unitRoundoff ?? 0) }
}
