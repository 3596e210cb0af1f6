import GraphTransforms
import ModelIR
import Testing

/// Operations with neutral elements, exact ones and those that only look so.
@Suite struct NeutralOperandTests {
  typealias Case = SimplificationCase

  static let all: [Case] = [
    Case("times one", ["Relu", "Neg"]) {
      $0.node("Neg", [$0.node("Mul", [$0.start(), $0.constant("c", [], [1])])])
    },
    Case("one times", ["Relu", "Neg"]) {
      $0.node("Neg", [$0.node("Mul", [$0.constant("c", [3, 1], [1, 1, 1]), $0.start()])])
    },
    Case("times one of which one is not", ["Relu", "Mul"]) {
      $0.node("Mul", [$0.start(), $0.constant("c", [3, 1], [1, 1.5, 1])])
    },
    Case("times ones that enlarge", ["Relu", "Mul"]) {
      $0.node("Mul", [$0.start(), $0.constant("c", [2, 1, 1, 1], [1, 1])])
    },
    Case("times ones over an axis of one", ["Relu", "Mul"]) {
      $0.node("Mul", [$0.relu($0.input("x", [2, 1])), $0.constant("c", [3], [1, 1, 1])])
    },
    Case("divided by one", ["Relu", "Neg"]) {
      $0.node("Neg", [$0.node("Div", [$0.start(), $0.constant("c", [1], [1])])])
    },
    Case("one divided by", ["Relu", "Div"]) {
      $0.node("Div", [$0.constant("c", [1], [1]), $0.node("Relu", [$0.input("x", [2])])])
    },
    Case("to the power of one", ["Relu", "Neg"]) {
      $0.node("Neg", [$0.node("Pow", [$0.start(), $0.constant("c", [], [1])])])
    },
    Case("minus zero", ["Relu", "Neg"]) {
      $0.node("Neg", [$0.node("Sub", [$0.start(), $0.constant("c", [], [0])])])
    },
    Case("zero minus", ["Relu", "Sub"]) {
      $0.node("Sub", [$0.constant("c", [], [0]), $0.start()])
    },
    Case("plus +0.0 before what sees zeros' signs", ["Neg", "Add", "Reciprocal"]) {
      let x = $0.node("Neg", [$0.input("x", [2])])
      return $0.node("Reciprocal", [$0.node("Add", [x, $0.constant("c", [], [0])])])
    },
    Case("plus +0.0 two steps before a divisor", ["Neg", "Add", "Relu", "Div"]) {
      let x = $0.input("x", [2])
      let sum = $0.node("Add", [$0.node("Neg", [x]), $0.constant("c", [], [0])])
      return $0.node("Div", [x, $0.relu(sum)])
    },
    Case("plus +0.0 before a sum of products", ["Neg", "MatMul"]) {
      let x = $0.node("Neg", [$0.input("x", [2, 3])])
      let sum = $0.node("Add", [x, $0.constant("c", [], [0])])
      return $0.node("MatMul", [sum, $0.constant("w", [3, 2])])
    },
    Case("plus a zero vector that enlarges", ["Relu", "Add"]) {
      $0.node("Add", [$0.relu($0.input("x", [2, 1])), $0.constant("c", [3], [0, 0, 0])])
    },
  ]

  @Test(arguments: all) func isRight(_ example: Case) throws { try example.check() }
}
