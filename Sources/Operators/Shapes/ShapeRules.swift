/// What an operator's outputs are, given its inputs.
typealias ShapeRule = @Sendable (NodeShapes) throws -> Void

/// The rules of all standard operators, by family.
enum ShapeRules {
  static let all: [String: ShapeRule] = {
    let families = [
      ElementwiseShapes.rules, ArithmeticShapes.rules, ConstantShapes.rules, CastShapes.rules,
      ConvolutionShapes.rules, PoolShapes.rules, ProductShapes.rules, NormalizationShapes.rules,
      ReductionShapes.rules, ReshapeShapes.rules, JoinShapes.rules, SliceShapes.rules,
      GatherShapes.rules, ResizeShapes.rules, ExpandShapes.rules, SelectionShapes.rules,
      RecurrentShapes.rules, ControlShapes.rules, SequenceShapes.rules, RandomShapes.rules,
      QuantizationShapes.rules, SignalShapes.rules, TextShapes.rules, AttentionShapes.rules,
    ]
    var all: [String: ShapeRule] = [:]
    for family in families { all.merge(family) { first, _ in first } }
    return all
  }()
}
