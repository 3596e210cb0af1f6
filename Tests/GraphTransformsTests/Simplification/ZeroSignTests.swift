import GraphEvaluation
import GraphTransforms
import ModelIR
import Testing

/// The two zeros: a simplified model gives the same bits for −0.0, NaN and infinities.
@Suite struct ZeroSignTests {
  /// A model of one input of five numbers, and what is left of it.
  struct Example: Sendable, CustomTestStringConvertible {
    var name: String
    var expected: [String]
    var build: @Sendable (inout GraphBuilder, ValueID) -> ValueID
    var testDescription: String { name }

    init(
      _ name: String, _ expected: [String],
      _ build: @escaping @Sendable (inout GraphBuilder, ValueID) -> ValueID
    ) {
      (self.name, self.expected, self.build) = (name, expected, build)
    }
  }

  static let all: [Example] = [
    Example("x + (−0.0)", ["Reciprocal"]) {
      $0.node("Reciprocal", [$0.node("Add", [$1, $0.exactly("c", [], [-0.0])])])
    },
    Example("−0.0 + x", ["Reciprocal"]) {
      let zeros = $0.exactly("c", [5], [-0.0, -0.0, -0.0, -0.0, -0.0])
      return $0.node("Reciprocal", [$0.node("Add", [zeros, $1])])
    },
    Example("x + 0.0", ["Add", "Reciprocal"]) {
      $0.node("Reciprocal", [$0.node("Add", [$1, $0.exactly("c", [], [0.0])])])
    },
    Example("x − 0.0", ["Reciprocal"]) {
      $0.node("Reciprocal", [$0.node("Sub", [$1, $0.exactly("c", [], [0.0])])])
    },
    Example("x − (−0.0)", ["Sub", "Reciprocal"]) {
      $0.node("Reciprocal", [$0.node("Sub", [$1, $0.exactly("c", [], [-0.0])])])
    },
    Example("x + zeros of both signs", ["Add", "Reciprocal"]) {
      let zeros = $0.exactly("c", [5], [-0.0, 0.0, -0.0, -0.0, -0.0])
      return $0.node("Reciprocal", [$0.node("Add", [$1, zeros])])
    },
    Example("x · 1", ["Reciprocal"]) {
      $0.node("Reciprocal", [$0.node("Mul", [$1, $0.exactly("c", [], [1])])])
    },
    Example("x / 1", ["Reciprocal"]) {
      $0.node("Reciprocal", [$0.node("Div", [$1, $0.exactly("c", [], [1])])])
    },
    Example("−(−x)", ["Reciprocal"]) {
      $0.node("Reciprocal", [$0.node("Neg", [$0.node("Neg", [$1])])])
    },
    Example("abs of abs", ["Abs", "Reciprocal"]) {
      $0.node("Reciprocal", [$0.node("Abs", [$0.node("Abs", [$1])])])
    },
    Example("rounded twice", ["Round", "Reciprocal"]) {
      $0.node("Reciprocal", [$0.node("Round", [$0.node("Round", [$1])])])
    },
    // −0.0 and +0.0 are two constants, and what is computed of them stays what it is.
    Example("zeros of both signs beside each other", ["Div", "Div", "Concat"]) {
      let one = $0.node("Div", [$1, $0.exactly("p", [1], [0.0])])
      let other = $0.node("Div", [$1, $0.exactly("n", [1], [-0.0])])
      return $0.node("Concat", [one, other], ["axis": .int(0)])
    },
    Example("a constant −0.0 that is computed", ["Div"]) {
      $0.node("Div", [$1, $0.node("Neg", [$0.exactly("p", [1], [0.0])])])
    },
    Example("Gemm's C of −0.0", ["Reciprocal"]) {
      let c = $0.node("Mul", [$0.exactly("p", [1], [0.0]), $0.exactly("n", [1], [-1])])
      return $0.node("Reciprocal", [$0.node("Add", [$1, c])])
    },
  ]

  @Test(arguments: all) func bitsStay(_ example: Example) throws {
    for type in [DataType.float32, .float64] {
      var builder = GraphBuilder(type: type)
      let x = builder.input("x", [5])
      builder.output(example.build(&builder, x))
      var options = FoldOptions()
      options.simplifies = true
      options.foldsArithmetic = false
      let result = FoldPass(options).run(builder.model, constants: KernelConstantEvaluator())
      #expect(FoldCheck.operators(result.model) == example.expected)
      for numbers in [[-0.0, 0.0, 1.5, -2.5, 0.5], [-.infinity, .infinity, -0.0, 1e-30, .nan]] {
        let feeds = [x: Reference([5], numbers)]
        let before = try DoubleRun.outputs(builder.model, feeds, unrounded: false)
        let after = try DoubleRun.outputs(result.model, feeds, unrounded: false)
        func bits(_ outputs: [Reference]) -> [[UInt64]] {
          // A NaN has no sign that means anything.
          outputs.map { $0.values.map { $0.isNaN ? 0 : $0.bitPattern } }
        }
        #expect(bits(before) == bits(after))
      }
    }
  }
}
