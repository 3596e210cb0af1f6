import GraphTransforms
import ModelIR
import Testing

/// Constant parts, and whole numbers that follow from shapes.
@Suite struct ConstantFoldingTests {
  typealias Case = SimplificationCase

  static let all: [Case] = [
    Case("arithmetic of constants", ["Add"], type: .float64) {
      let c = $0.node("Mul", [$0.constant("a", [3]), $0.constant("b", [3])])
      return $0.node("Add", [$0.input("x", [2, 3]), $0.node("Exp", [c])])
    },
    Case("a Constant", ["Add"]) {
      let c = $0.node("Constant", [], ["value": .tensor($0.tensor([3], [1, 2, 3]))])
      return $0.node("Add", [$0.input("x", [2, 3]), c])
    },
    Case("what DequantizeLinear makes stays", ["DequantizeLinear", "Mul"]) {
      let bytes = Tensor(dataType: .int8, shape: .vector(3), bytes: [1, 2, 255])
      let q = $0.model.addInitializer("q", bytes ?? $0.tensor([], [0]), to: $0.model.mainGraph)
      let w = $0.node("DequantizeLinear", [q, $0.constant("scale", [], [0.5])])
      return $0.node("Mul", [$0.input("x", [2, 3]), w])
    },
    Case("what would grow beyond the limit stays", ["Expand", "Mul"]) {
      let big = $0.node("Expand", [$0.constant("c", [1, 64]), $0.integers("t", [512, 64])])
      return $0.node("Mul", [$0.input("x", [512, 64]), big])
    },
    Case("what takes the place of as much may be large", ["Mul"]) {
      let big = $0.node("Transpose", [$0.constant("c", [64, 512])], ["perm": .ints([1, 0])])
      return $0.node("Mul", [$0.input("x", [512, 64]), big])
    },
    Case("a large one that somebody else reads stays", ["Transpose", "Mul", "MatMul"]) {
      let c = $0.constant("c", [64, 512])
      let big = $0.node("Transpose", [c], ["perm": .ints([1, 0])])
      return $0.node("MatMul", [$0.node("Mul", [$0.input("x", [512, 64]), big]), c])
    },
    Case("view(x.size(0), −1)", ["Relu", "Reshape"]) {
      let x = $0.relu($0.open("x", [2, 3, 4], [0: "batch"]))
      let size = $0.node(
        "Gather", [$0.node("Shape", [x]), $0.integers("zero", [0])], ["axis": .int(0)])
      let target = $0.node("Concat", [size, $0.integers("rest", [-1])], ["axis": .int(0)])
      return $0.node("Reshape", [x, target])
    },
    Case("view with two open extents that are its own", ["Relu", "Reshape"]) {
      let x = $0.relu($0.open("x", [2, 3, 4], [0: "batch", 1: "length"]))
      let shape = $0.node("Shape", [x])
      let first = $0.node("Gather", [shape, $0.integers("i", [0])], ["axis": .int(0)])
      let second = $0.node("Gather", [shape, $0.integers("j", [1])], ["axis": .int(0)])
      let target = $0.node(
        "Concat", [first, second, $0.integers("rest", [2, 2])], ["axis": .int(0)])
      return $0.node("Reshape", [x, target])
    },
    Case(
      "view with two open extents in another order",
      ["Relu", "Shape", "Gather", "Gather", "Concat", "Reshape"]
    ) {
      let x = $0.relu($0.open("x", [2, 3, 4], [0: "batch", 1: "length"]))
      let shape = $0.node("Shape", [x])
      let first = $0.node("Gather", [shape, $0.integers("i", [0])], ["axis": .int(0)])
      let second = $0.node("Gather", [shape, $0.integers("j", [1])], ["axis": .int(0)])
      let target = $0.node(
        "Concat", [second, first, $0.integers("rest", [2, 2])], ["axis": .int(0)])
      return $0.node("Reshape", [x, target])
    },
    // What a chain of roundings made of shapes is no number that a claim could speak of.
    Case("a factor behind one that follows from shapes", ["Relu", "Mul", "Mul"]) {
      let x = $0.start()
      let size = $0.node("Cast", [$0.node("Size", [x])], ["to": .int(1)])
      let y = $0.node("Mul", [x, $0.node("Neg", [size])])
      return $0.node("Mul", [y, $0.constant("half", [], [0.5])])
    },
    Case("half of the channels", ["Conv", "Slice"]) {
      let x = $0.open("x", [2, 3, 4, 5], [0: "batch", 2: "h", 3: "w"])
      let c = $0.node("Conv", [x, $0.constant("w", [6, 3, 1, 1])])
      let channels = $0.node(
        "Gather", [$0.node("Shape", [c]), $0.integers("i", [1])], ["axis": .int(0)])
      let half = $0.node("Div", [channels, $0.integers("two", [2])])
      return $0.node(
        "Slice", [c, $0.integers("from", [0]), half, $0.integers("axis", [1])])
    },
  ]

  @Test(arguments: all) func isRight(_ example: Case) throws { try example.check() }

  /// What a file states of inner values may be wrong, and no node is removed for it.
  @Test func statementsAreNotTrusted() throws {
    var builder = GraphBuilder()
    let x = builder.open("x", [2, 3, 4], [0: "batch"])
    let inner = builder.relu(x)
    builder.model[inner].type = .tensor(.float32, [.known(2), .known(3), .known(4)])
    let size = builder.node(
      "Gather", [builder.node("Shape", [inner]), builder.integers("i", [0])], ["axis": .int(0)])
    let output = builder.node("Mul", [inner, builder.node("Cast", [size], ["to": .int(1)])])
    builder.output(output)
    let result = try SimplificationCheck.simplified(builder)
    #expect(FoldCheck.operators(result.model).contains("Shape"))
  }

  /// The main graph hands out a stored constant; before IR 4 that would be an input as well.
  @Test(arguments: [(8, 0), (3, 1)]) func constantOutputs(irVersion: Int, nodes: Int) throws {
    var builder = GraphBuilder(irVersion: irVersion)
    let output = builder.node(
      "Constant", [], ["value": .tensor(builder.tensor([2], [1, 2]))])
    builder.output(output)
    let result = try SimplificationCheck.simplified(builder)
    #expect(FoldCheck.operators(result.model).count == nodes)
  }

  /// A default that the caller may override is no constant, and stays an input.
  @Test func overridableDefaultsStay() throws {
    var builder = GraphBuilder()
    let c = builder.constant("c", [3], [1, 1, 1])
    builder.model[c].isGraphInput = true
    builder.model[builder.model.mainGraph].inputs.append(c)
    let unused = builder.constant("unused", [3], [1, 1, 1])
    builder.model[unused].isGraphInput = true
    builder.model[builder.model.mainGraph].inputs.append(unused)
    let output = builder.node("Mul", [builder.input("x", [3]), builder.node("Neg", [c])])
    builder.output(output)
    let result = try SimplificationCheck.simplified(builder)
    #expect(FoldCheck.operators(result.model) == ["Neg", "Mul"])
  }
}
