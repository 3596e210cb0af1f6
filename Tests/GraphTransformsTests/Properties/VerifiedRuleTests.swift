import GraphEvaluation
import GraphTransforms
import ModelIR
import ModelVerification
import TestSupport
import Testing

/// Folds into constants and through signs and types, as the verifier sees them: right as they are,
/// wrong as soon as one new number is.
@Suite struct VerifiedRuleTests {
  /// A model of which everything folds.
  struct Example: Sendable, CustomTestStringConvertible {
    var name: String
    var build: @Sendable (inout GraphBuilder) -> ValueID
    var testDescription: String { name }
  }

  static func convolution(_ builder: inout GraphBuilder) -> ValueID {
    let x = builder.input("x", [2, 3, 4, 5])
    return builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])])
  }

  static let all: [Example] = [
    Example(name: "Neg") {
      let n = $0.node("Neg", [convolution(&$0)])
      return $0.normalization(n, 4)
    },
    Example(name: "Cast") {
      $0.type = .float16
      let x = $0.node("Relu", [$0.input("x", [2, 4, 4, 5])])
      let y = $0.normalization(x, 4)
      $0.type = .float32
      let c = $0.node("Cast", [y], ["to": .int(Int64(DataType.float32.rawValue))])
      return $0.node("Conv", [c, $0.constant("w", [3, 4, 3, 3])])
    },
    Example(name: "MatMul and the Add behind it") {
      let x = $0.node("Relu", [$0.input("x", [6, 4])])
      let m = $0.node("MatMul", [$0.normalization(x, 4), $0.constant("w", [4, 5])])
      return $0.node("Add", [m, $0.constant("b", [5])])
    },
    Example(name: "MatMul of a sequence and the Add behind it") {
      let x = $0.node("Sigmoid", [$0.input("x", [2, 4, 6])])
      let t = $0.node("Transpose", [$0.normalization(x, 4)], ["perm": .ints([0, 2, 1])])
      let m = $0.node("MatMul", [t, $0.constant("w", [4, 5])])
      return $0.node("Relu", [$0.node("Add", [$0.constant("b", []), m])])
    },
    Example(name: "MatMul and Add between two normalizations") {
      let x = $0.node("Relu", [$0.input("x", [6, 4])])
      let m = $0.node("MatMul", [$0.normalization(x, 4), $0.constant("w", [4, 5])])
      return $0.normalization($0.node("Add", [m, $0.constant("b", [5])]), 5)
    },
    Example(name: "Conv whose bias is made by CastLike") {
      let x = $0.input("x", [2, 3, 4, 5])
      let half = $0.model.addInitializer(
        "half", $0.tensor([], [0.5], .float64), to: $0.model.mainGraph)
      let zero = $0.node("CastLike", [half, x])
      let count = $0.node("Shape", [$0.constant("s", [4])])
      let b = $0.node("Expand", [zero, count])
      let c = $0.node("Conv", [x, $0.constant("w", [4, 3, 1, 1]), b])
      return $0.normalization(c, 4)
    },
    Example(name: "Attention") {
      let p = $0.node("Softmax", [$0.input("s", [2, 6, 6])], ["axis": .int(-1)])
      let v = $0.node("MatMul", [$0.input("x", [2, 6, 4]), $0.constant("w", [4, 5])])
      let y = $0.node("Transpose", [$0.node("MatMul", [p, v])], ["perm": .ints([0, 2, 1])])
      return $0.normalization(y, 5)
    },
    Example(name: "Sum of a constant") {
      let s = $0.node("Sum", [convolution(&$0), $0.constant("k", [4, 1, 1])])
      return $0.normalization(s, 4)
    },
    Example(name: "Sum of constants of other shapes") {
      let c = convolution(&$0)
      let s = $0.node("Sum", [$0.constant("k", []), c, $0.constant("l", [4, 4, 5])])
      return $0.normalization(s, 4)
    },
    Example(name: "Concat of a constant") {
      let s = $0.node(
        "Concat", [convolution(&$0), $0.constant("k", [2, 2, 4, 5])], ["axis": .int(1)])
      return $0.normalization(s, 6)
    },
    Example(name: "Concat of a constant along the width") {
      let s = $0.node(
        "Concat", [$0.constant("k", [2, 4, 4, 1]), convolution(&$0)], ["axis": .int(3)])
      return $0.normalization(s, 4)
    },
  ]

  @Test(arguments: all) func aWrongNumberIsSeen(_ example: Example) throws {
    var builder = GraphBuilder(seed: 101)
    let y = example.build(&builder)
    builder.output(y)
    var options = FoldOptions()
    options.allowLoss = true
    let result = FoldPass(options).run(builder.model, constants: KernelConstantEvaluator())
    #expect(result.sites.allSatisfy { $0.isFolded }, "\(result.sites)")
    let written = try changed(result.model, result.model.graphs.flatMap(\.initializers), by: 0)
    let report = try verified(builder.model, written, result)
    #expect(report.verdict == .passed, "\(report.failures) \(report.gaps)")
    #expect(!result.claims.isEmpty)
    for claim in result.claims {
      let wrong = try changed(written, [claim.target], by: 0x1p-10)
      #expect(try verified(builder.model, wrong, result).verdict == .failed)
    }
  }

  private func verified(
    _ original: Model, _ written: Model, _ result: FoldResult
  ) throws -> VerificationReport {
    try Verifier(
      original: original, written: written,
      claims: NamedClaim.claims(result.claims, in: result.model)
    ).verify()
  }

  /// The model with some tensors stored, their last number greater by a part of itself.
  private func changed(_ model: Model, _ values: [ValueID], by part: Double) throws -> Model {
    var model = model
    for id in values {
      guard let tensor = model[id].initializer, tensor.dataType.isFoldableFloat,
        var numbers = try? tensor.doubles(), let last = numbers.last
      else { continue }
      numbers[numbers.count - 1] = last + part * last.magnitude
      let flat = Tensor(
        dataType: tensor.dataType, shape: .vector(numbers.count), recipe: .vector(numbers))
      model[id].initializer = Tensor(
        dataType: tensor.dataType, shape: tensor.shape, bytes: try flat.loadBytes())
    }
    return model
  }
}
