import GraphTransforms
import ModelIR
import Testing

/// Operators that pass their input on, and the same operators when they do not.
@Suite struct PassedOnWholeTests {
  typealias Case = SimplificationCase

  static let gone: [Case] = [
    Case("Identity", ["Relu", "Neg"]) { $0.node("Neg", [$0.node("Identity", [$0.start()])]) },
    Case("Dropout before opset 12", ["Relu", "Neg"], opset: 11) {
      $0.node("Neg", [$0.node("Dropout", [$0.start()])])
    },
    Case("Dropout that is told not to train", ["Relu", "Neg"]) {
      let ratio = $0.constant("ratio", [], [0.5])
      return $0.node("Neg", [$0.node("Dropout", [$0.start(), ratio, $0.bools("train", false)])])
    },
    Case("Cast to its own type", ["Relu", "Neg"]) {
      $0.node("Neg", [$0.node("Cast", [$0.start()], ["to": .int(1)])])
    },
    Case("Concat of one", ["Relu", "Neg"]) {
      $0.node("Neg", [$0.node("Concat", [$0.start()], ["axis": .int(1)])])
    },
    Case("Sum of one", ["Relu", "Neg"]) { $0.node("Neg", [$0.node("Sum", [$0.start()])]) },
    Case("Reshape to its own shape", ["Relu", "Neg"]) {
      $0.node("Neg", [$0.node("Reshape", [$0.start(), $0.integers("t", [2, -1, 4])])])
    },
    Case("Reshape that copies a named batch", ["Relu", "Neg"]) {
      let x = $0.relu($0.open("x", [2, 3, 4], [0: "batch"]))
      return $0.node("Neg", [$0.node("Reshape", [x, $0.integers("t", [0, -1, 4])])])
    },
    Case("Flatten of a matrix", ["Relu", "Neg"]) {
      $0.node("Neg", [$0.node("Flatten", [$0.relu($0.input("x", [3, 4]))])])
    },
    Case("Expand by ones", ["Relu", "Neg"]) {
      $0.node("Neg", [$0.node("Expand", [$0.start(), $0.integers("t", [1, 1, 1])])])
    },
    Case("Tile by ones", ["Relu", "Neg"]) {
      $0.node("Neg", [$0.node("Tile", [$0.start(), $0.integers("t", [1, 1, 1])])])
    },
    Case("Transpose of nothing", ["Relu", "Neg"]) {
      $0.node("Neg", [$0.node("Transpose", [$0.start()], ["perm": .ints([0, 1, 2])])])
    },
    Case("Transpose of equal ones", ["Relu", "Neg"]) {
      let x = $0.relu($0.input("x", [1, 1, 5]))
      return $0.node("Neg", [$0.node("Transpose", [x], ["perm": .ints([1, 0, 2])])])
    },
    Case("Pad by nothing", ["Relu", "Neg"]) {
      $0.node("Neg", [$0.node("Pad", [$0.start(), $0.integers("p", [0, 0, 0, 0, 0, 0])])])
    },
    Case("Slice of everything", ["Relu", "Neg"]) {
      let ends = $0.integers("e", [Int64.max, 1 << 40])
      return $0.node("Neg", [$0.node("Slice", [$0.start(), $0.integers("s", [0, 0]), ends])])
    },
    Case("Slice to the known extent", ["Relu", "Neg"]) {
      let (start, end) = ($0.integers("s", [0]), $0.integers("e", [3]))
      return $0.node("Neg", [$0.node("Slice", [$0.start(), start, end, $0.integers("a", [1])])])
    },
    Case("Resize by ones", ["Relu", "Neg"]) {
      let x = $0.relu($0.input("x", [1, 2, 3, 4]))
      let scales = $0.constant("scales", [4], [1, 1, 1, 1])
      return $0.node("Neg", [$0.node("Resize", [x, nil, scales])])
    },
    Case("MaxPool of points", ["Relu", "Neg"]) {
      let x = $0.relu($0.input("x", [1, 2, 3, 4]))
      return $0.node("Neg", [$0.node("MaxPool", [x], ["kernel_shape": .ints([1, 1])])])
    },
    Case("before an output, whose name stays", ["Relu"]) { $0.node("Identity", [$0.start()]) },
    Case("Identity between two that need it", ["Relu", "Neg", "Abs", "Add"]) {
      let x = $0.start()
      let i = $0.node("Identity", [x])
      return $0.node("Add", [$0.node("Neg", [i]), $0.node("Abs", [x])])
    },
    Case("Relu of Relu", ["Relu", "Neg"]) { $0.node("Neg", [$0.relu($0.start())]) },
    Case("Neg of Neg", ["Relu", "Abs"]) {
      $0.node("Abs", [$0.node("Neg", [$0.node("Neg", [$0.start()])])])
    },
  ]

  static let kept: [Case] = [
    Case("Identity of an input that is an output", ["Identity"]) {
      $0.node("Identity", [$0.input("x", [2])])
    },
    Case("Dropout in training mode without drops", ["Dropout"]) {
      let ratio = $0.constant("ratio", [], [0])
      let x = $0.input("x", [2, 3])
      return $0.node("Dropout", [x, ratio, $0.bools("train", true)])
    },
    Case("Reshape to another shape of as many", ["Relu", "Reshape"]) {
      $0.node("Reshape", [$0.start(), $0.integers("t", [2, 4, 3])])
    },
    Case("Reshape that fixes an open extent", ["Relu", "Reshape"]) {
      let x = $0.relu($0.open("x", [2, 3, 4], [0: "batch"]))
      return $0.node("Reshape", [x, $0.integers("t", [2, 3, 4])])
    },
    Case("Expand that enlarges", ["Relu", "Expand"]) {
      $0.node("Expand", [$0.relu($0.input("x", [1, 3])), $0.integers("t", [2, 3])])
    },
    Case("Expand that adds an axis of one", ["Relu", "Expand"]) {
      $0.node("Expand", [$0.relu($0.input("x", [2, 3])), $0.integers("t", [1, 1, 1])])
    },
    Case("Transpose that swaps", ["Relu", "Transpose"]) {
      let x = $0.relu($0.input("x", [3, 3]))
      return $0.node("Transpose", [x], ["perm": .ints([1, 0])])
    },
    Case("Transpose of a one to elsewhere", ["Relu", "Transpose"]) {
      let x = $0.relu($0.input("x", [1, 3]))
      return $0.node("Transpose", [x], ["perm": .ints([1, 0])])
    },
    Case("Slice that reverses", ["Relu", "Slice"]) {
      let (start, end) = ($0.integers("s", [-1]), $0.integers("e", [-100]))
      let (axis, step) = ($0.integers("a", [1]), $0.integers("step", [-1]))
      return $0.node("Slice", [$0.start(), start, end, axis, step])
    },
    Case("Resize by almost one", ["Relu", "Resize"]) {
      let x = $0.relu($0.input("x", [1, 2, 3, 4]))
      let scales = $0.constant("scales", [4], [1, 1, 1.1, 1])
      return $0.node(
        "Resize", [x, nil, scales], ["mode": .string(Array("linear".utf8))])
    },
    Case("MaxPool of points with strides", ["Relu", "MaxPool"]) {
      let x = $0.relu($0.input("x", [1, 2, 3, 4]))
      return $0.node(
        "MaxPool", [x], ["kernel_shape": .ints([1, 1]), "strides": .ints([2, 1])])
    },
    Case("Neg of Abs of Neg", ["Neg", "Abs", "Neg"]) {
      $0.node("Neg", [$0.node("Abs", [$0.node("Neg", [$0.input("x", [2])])])])
    },
  ]

  @Test(arguments: gone) func goes(_ example: Case) throws { try example.check() }

  @Test(arguments: kept) func stays(_ example: Case) throws { try example.check() }
}

extension GraphBuilder {
  /// A Relu of an input of [2, 3, 4].
  mutating func start() -> ValueID { relu(input("x", [2, 3, 4])) }
}
