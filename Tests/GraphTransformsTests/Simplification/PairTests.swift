import GraphTransforms
import ModelIR
import Testing

/// Two nodes that become one, and two that look alike and must not.
@Suite struct PairTests {
  typealias Case = SimplificationCase

  static let joined: [Case] = [
    Case("Transpose there and back", ["Relu", "Neg"]) {
      let t = $0.node("Transpose", [$0.start()], ["perm": .ints([0, 2, 1])])
      return $0.node("Neg", [$0.node("Transpose", [t], ["perm": .ints([0, 2, 1])])])
    },
    Case("Transpose of Transpose", ["Relu", "Transpose"]) {
      let t = $0.node("Transpose", [$0.start()], ["perm": .ints([1, 2, 0])])
      return $0.node("Transpose", [t], ["perm": .ints([1, 2, 0])])
    },
    Case("Reshape of Flatten", ["Relu", "Reshape"]) {
      let f = $0.node("Flatten", [$0.start()])
      return $0.node("Reshape", [f, $0.integers("t", [4, -1])])
    },
    Case("Transpose of extents of 1 behind a Reshape", ["Relu", "Reshape", "Softmax"]) {
      let r = $0.node("Reshape", [$0.start(), $0.integers("t", [1, 1, 2, -1])])
      let t = $0.node("Transpose", [r], ["perm": .ints([0, 2, 1, 3])])
      return $0.node("Softmax", [t], ["axis": .int(1)])
    },
    Case("Squeeze behind a Transpose of extents of 1", ["Relu", "Softmax"]) {
      let r = $0.node("Unsqueeze", [$0.start(), $0.integers("a", [0])])
      let t = $0.node("Transpose", [r], ["perm": .ints([1, 0, 2, 3])])
      return $0.node("Softmax", [$0.node("Squeeze", [t, $0.integers("b", [1])])])
    },
    Case("Transpose behind a Reshape", ["Relu", "Reshape", "Transpose", "Softmax"]) {
      let r = $0.node("Reshape", [$0.start(), $0.integers("t", [1, 4, 2, -1])])
      let t = $0.node("Transpose", [r], ["perm": .ints([0, 2, 1, 3])])
      return $0.node("Softmax", [t], ["axis": .int(1)])
    },
    Case("Unsqueeze of Reshape that copies", ["Relu", "Reshape"]) {
      let r = $0.node("Reshape", [$0.start(), $0.integers("t", [0, 4, 3])])
      return $0.node("Unsqueeze", [r, $0.integers("a", [1])])
    },
    Case("Slices along two axes", ["Relu", "Slice"]) {
      let s = $0.node(
        "Slice",
        [$0.start(), $0.integers("s", [1]), $0.integers("e", [3]), $0.integers("a", [1])])
      return $0.node(
        "Slice",
        [
          s, $0.integers("s2", [-1]), $0.integers("e2", [-9]), $0.integers("a2", [2]),
          $0.integers("step", [-2]),
        ])
    },
    Case("Concat in Concat", ["Relu", "Neg", "Abs", "Concat"]) {
      let x = $0.start()
      let (n, a) = ($0.node("Neg", [x]), $0.node("Abs", [x]))
      let inner = $0.node("Concat", [n, a], ["axis": .int(1)])
      return $0.node("Concat", [x, inner, x], ["axis": .int(-2)])
    },
    Case("mean that is squeezed", ["Relu", "ReduceMean"]) {
      let m = $0.node("ReduceMean", [$0.start()], ["axes": .ints([1, -1])])
      return $0.node("Squeeze", [m, $0.integers("a", [2, 1])])
    },
    Case("maximum that is unsqueezed", ["Relu", "ReduceMax"]) {
      let m = $0.node("ReduceMax", [$0.start()], ["axes": .ints([1]), "keepdims": .int(0)])
      return $0.node("Unsqueeze", [m, $0.integers("a", [1])])
    },
    Case("half to Float and back", ["Relu", "Neg"], type: .float16) {
      let f = $0.node("Cast", [$0.start()], ["to": .int(1)])
      return $0.node("Neg", [$0.node("Cast", [f], ["to": .int(10)])])
    },
    Case("matrix product and bias", ["Gemm"]) {
      let product = $0.node("MatMul", [$0.input("x", [2, 3]), $0.constant("w", [3, 4])])
      return $0.node("Add", [$0.constant("b", [4]), product])
    },
    Case("padding before a convolution", ["Conv"]) {
      let p = $0.node(
        "Pad", [$0.input("x", [1, 2, 5, 6]), $0.integers("p", [0, 0, 1, 0, 0, 0, 2, 3])])
      return $0.node(
        "Conv", [p, $0.constant("w", [3, 2, 3, 2])], ["pads": .ints([0, 1, 0, 0])])
    },
    Case("padding before an average that counts it", ["AveragePool"]) {
      let p = $0.node(
        "Pad", [$0.input("x", [1, 2, 5, 6]), $0.integers("p", [0, 0, 1, 0, 0, 0, 1, 2])])
      return $0.node(
        "AveragePool", [p],
        [
          "kernel_shape": .ints([3, 4]), "pads": .ints([1, 0, 0, 1]),
          "count_include_pad": .int(1),
        ])
    },
    Case("padding before an average without any", ["AveragePool"]) {
      let p = $0.node(
        "Pad", [$0.input("x", [1, 2, 5, 6]), $0.integers("p", [0, 0, 1, 0, 0, 0, 1, 2])])
      return $0.node("AveragePool", [p], ["kernel_shape": .ints([3, 4])])
    },
  ]

  static let separate: [Case] = [
    Case("Transpose that somebody reads", ["Relu", "Transpose", "Transpose", "Neg", "MatMul"]) {
      let x = $0.relu($0.input("x", [3, 3, 3]))
      let t = $0.node("Transpose", [x], ["perm": .ints([1, 2, 0])])
      let u = $0.node("Transpose", [t], ["perm": .ints([1, 0, 2])])
      let v = $0.node("Transpose", [u], ["perm": .ints([0, 2, 1])])
      return $0.node("MatMul", [$0.node("Neg", [t]), v])
    },
    Case("Reshape of what somebody reads", ["Relu", "Flatten", "Neg", "Reshape", "MatMul"]) {
      let f = $0.node("Flatten", [$0.start()])
      let n = $0.node("Neg", [f])
      return $0.node("MatMul", [n, $0.node("Reshape", [f, $0.integers("t", [12, 2])])])
    },
    Case("Slices along one axis", ["Relu", "Slice", "Slice"]) {
      let (one, axis) = ($0.integers("s", [1]), $0.integers("a", [2]))
      let s = $0.node("Slice", [$0.start(), one, $0.integers("e", [9]), axis])
      return $0.node("Slice", [s, one, $0.integers("e2", [2]), axis])
    },
    Case("Concat along another axis", ["Relu", "Concat", "Concat"]) {
      let x = $0.start()
      let inner = $0.node("Concat", [x, x], ["axis": .int(1)])
      return $0.node("Concat", [inner, inner], ["axis": .int(2)])
    },
    Case("mean of other axes than are squeezed", ["Relu", "ReduceMean", "Squeeze"]) {
      let x = $0.relu($0.input("x", [2, 3, 1]))
      let m = $0.node("ReduceMean", [x], ["axes": .ints([1])])
      return $0.node("Squeeze", [m, $0.integers("a", [1, 2])])
    },
    Case("Float to half and back", ["Relu", "Cast", "Cast"]) {
      let f = $0.node("Cast", [$0.start()], ["to": .int(10)])
      return $0.node("Cast", [f], ["to": .int(1)])
    },
    Case("batched product and bias", ["MatMul", "Add"]) {
      let product = $0.node("MatMul", [$0.input("x", [2, 3, 3]), $0.constant("w", [3, 4])])
      return $0.node("Add", [$0.constant("b", [4]), product])
    },
    Case("bias that enlarges", ["MatMul", "Add"]) {
      let product = $0.node("MatMul", [$0.input("x", [1, 3]), $0.constant("w", [3, 4])])
      return $0.node("Add", [product, $0.constant("b", [5, 4])])
    },
    Case("padding with ones", ["Pad", "Conv"]) {
      let p = $0.node(
        "Pad",
        [
          $0.input("x", [1, 2, 5, 6]), $0.integers("p", [0, 0, 1, 0, 0, 0, 2, 3]),
          $0.constant("one", [], [1]),
        ])
      return $0.node("Conv", [p, $0.constant("w", [3, 2, 3, 2])])
    },
    Case("padding by reflection", ["Pad", "Conv"]) {
      let p = $0.node(
        "Pad", [$0.input("x", [1, 2, 5, 6]), $0.integers("p", [0, 0, 1, 0, 0, 0, 2, 3])],
        ["mode": .string(Array("reflect".utf8))])
      return $0.node("Conv", [p, $0.constant("w", [3, 2, 3, 2])])
    },
    Case("padding of channels", ["Pad", "Conv"]) {
      let p = $0.node(
        "Pad", [$0.input("x", [1, 2, 5, 6]), $0.integers("p", [0, 1, 1, 0, 0, 0, 2, 3])])
      return $0.node("Conv", [p, $0.constant("w", [3, 3, 3, 2])])
    },
    Case("cropping", ["Pad", "Conv"]) {
      let p = $0.node(
        "Pad", [$0.input("x", [1, 2, 5, 6]), $0.integers("p", [0, 0, -1, 0, 0, 0, 2, 3])])
      return $0.node("Conv", [p, $0.constant("w", [3, 2, 3, 2])])
    },
    Case("padding before SAME", ["Pad", "Conv"]) {
      let p = $0.node(
        "Pad", [$0.input("x", [1, 2, 5, 6]), $0.integers("p", [0, 0, 1, 0, 0, 0, 2, 3])])
      return $0.node(
        "Conv", [p, $0.constant("w", [3, 2, 3, 2])],
        ["auto_pad": .string(Array("SAME_UPPER".utf8))])
    },
    Case("padding before an average that does not count its own", ["Pad", "AveragePool"]) {
      let p = $0.node(
        "Pad", [$0.input("x", [1, 2, 5, 6]), $0.integers("p", [0, 0, 1, 0, 0, 0, 1, 2])])
      return $0.node(
        "AveragePool", [p], ["kernel_shape": .ints([3, 4]), "pads": .ints([1, 0, 0, 1])])
    },
    Case("padding before a maximum", ["Relu", "Neg", "Pad", "MaxPool"]) {
      let x = $0.node("Neg", [$0.relu($0.input("x", [1, 2, 5, 6]))])
      let p = $0.node("Pad", [x, $0.integers("p", [0, 0, 1, 0, 0, 0, 1, 2])])
      return $0.node("MaxPool", [p], ["kernel_shape": .ints([3, 4])])
    },
  ]

  @Test(arguments: joined) func becomesOne(_ example: Case) throws { try example.check() }

  @Test(arguments: separate) func staysTwo(_ example: Case) throws { try example.check() }
}
