internal import ModelIR

/// Operators whose output has the type and shape of the first input.
enum ElementwiseShapes {
  static let rules: [String: ShapeRule] = {
    var rules: [String: ShapeRule] = [:]
    let same = [
      "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Ceil", "Celu",
      "Clip", "Cos", "Cosh", "CumSum", "Elu", "Erf", "Exp", "Floor", "Gelu", "HardSigmoid",
      "HardSwish", "Hardmax", "LRN", "LeakyRelu", "Log", "LogSoftmax", "LpNormalization",
      "MeanVarianceNormalization", "Mish", "Not", "PRelu", "Reciprocal", "Relu",
      "ReverseSequence", "RotaryEmbedding", "Round", "Scatter", "ScatterElements", "ScatterND",
      "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Softmax", "Softplus", "Softsign",
      "Sqrt", "Swish", "Tan", "Tanh", "TensorScatter", "ThresholdedRelu", "Trilu",
    ]
    for name in same { rules[name] = { $0.setSame() } }
    rules["Identity"] = { context in
      context.setSame()
      context.setNumbers(context.numbers(0))
    }
    for name in ["IsNaN", "IsInf"] {
      rules[name] = { $0.set(type: .bool, $0.shape()) }
    }
    rules["Dropout"] = dropout
    return rules
  }()

  private static func dropout(_ context: NodeShapes) throws {
    context.setSame()
    // The mask was of the input's type before opset 10.
    context.set(1, type: context.opset < 10 ? context.type() : .bool, context.shape())
    let mode = try DropoutAttributes(context.node, opset: context.opset).mode
    if mode == .inference { context.setNumbers(context.numbers(0)) }
  }
}
