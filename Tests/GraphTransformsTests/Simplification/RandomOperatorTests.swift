import GraphEvaluation
import GraphTransforms
import ModelIR
import Testing

/// What draws random numbers is no constant, is never taken for the same as another, and goes only
/// where nothing reads it.
@Suite struct RandomOperatorTests {
  static let operators = [
    "RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Bernoulli",
    "Multinomial", "Dropout",
  ]

  /// A node of a constant alone, so that nothing but randomness keeps it.
  private func node(
    _ opType: String, seed: Float?, _ builder: inout GraphBuilder
  ) -> ValueID {
    var attributes: [String: AttributeValue] = seed.map { ["seed": .float($0)] } ?? [:]
    let chances = builder.constant("p", [2, 3], [0.5, 0.25, 0.25, 0.1, 0.8, 0.1])
    switch opType {
    case "RandomNormal", "RandomUniform":
      attributes["shape"] = .ints([2, 3])
      return builder.node(opType, [], attributes)
    case "Multinomial":
      attributes["sample_size"] = .int(3)
      attributes["dtype"] = .int(Int64(DataType.int32.rawValue))
      let drawn = builder.node(opType, [chances], attributes)
      return builder.node("Cast", [drawn], ["to": .int(Int64(DataType.float32.rawValue))])
    case "Dropout":
      if let seed { attributes["seed"] = .int(Int64(seed)) }
      return builder.node(
        opType, [chances, builder.constant("r", [], [0.5]), builder.bools("t", true)], attributes)
    default:
      return builder.node(opType, [chances], attributes)
    }
  }

  private func simplified(_ builder: GraphBuilder) -> [String] {
    var options = FoldOptions()
    options.simplifies = true
    options.foldsArithmetic = false
    let result = FoldPass(options).run(builder.model, constants: KernelConstantEvaluator())
    return FoldCheck.operators(result.model)
  }

  @Test(arguments: operators, [nil, Float(7)]) func twoOfAKindStayTwo(
    _ opType: String, _ seed: Float?
  ) throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 3])
    let (a, b) = (node(opType, seed: seed, &builder), node(opType, seed: seed, &builder))
    builder.output(builder.node("Sub", [builder.node("Add", [x, a]), b]))
    let before = FoldCheck.operators(builder.model)
    #expect(simplified(builder) == before)
  }

  /// What is computed of one is no constant either.
  @Test(arguments: operators) func whatIsMadeOfItStays(_ opType: String) throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 3])
    let drawn = node(opType, seed: nil, &builder)
    builder.output(builder.node("Add", [x, builder.node("Sqrt", [drawn])]))
    let before = FoldCheck.operators(builder.model)
    #expect(simplified(builder) == before)
  }

  @Test(arguments: operators) func whatNothingReadsGoes(_ opType: String) throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 3])
    _ = node(opType, seed: nil, &builder)
    builder.output(builder.node("Relu", [x]))
    #expect(simplified(builder) == ["Relu"])
  }

  /// Extents are known though numbers are not.
  @Test func itsShapeIsAConstant() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 3])
    let drawn = node("RandomNormal", seed: nil, &builder)
    let flat = builder.node("Reshape", [x, builder.integers("r", [6])])
    builder.output(builder.node("Reshape", [flat, builder.node("Shape", [drawn])]))
    #expect(!simplified(builder).contains("Shape"))
  }

  /// Normalizations in training mode learn from what they see.
  @Test func trainingModeStays() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 3, 4])
    let parameters = ["g", "b", "m", "v"].map { builder.constant($0, [3], [1, 1, 1]) }
    func trained() -> ValueID {
      builder.node(
        "BatchNormalization", [x] + parameters.map { $0 }, ["training_mode": .int(1)], outputs: 3)
    }
    let (a, b) = (trained(), trained())
    builder.output(builder.node("Sub", [a, b]))
    #expect(simplified(builder) == ["BatchNormalization", "BatchNormalization", "Sub"])
  }
}
