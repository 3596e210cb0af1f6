internal import ModelIR

extension BoundPropagator {
  /// How an operator treats errors.
  struct Rule: Sendable {
    /// The outputs' bounds of a node that has been run.
    typealias Body = (Node, NodeID) throws -> [ErrorBound]

    /// Without errors in its inputs, nothing can go wrong: it has no parameters that a fold writes.
    var isExactWithoutErrors = true
    /// It only moves elements, so independent normal numbers stay what they are.
    var keepsNormal = false
    /// The rule itself.
    var run: @Sendable (BoundPropagator) -> Body
  }

  /// Every operator that has a rule.
  static let rules: [String: Rule] = {
    var rules: [String: Rule] = [:]
    func add(
      _ names: [String], parameters: Bool = false, keepsNormal: Bool = false,
      _ run: @escaping @Sendable (BoundPropagator) -> Rule.Body
    ) {
      for name in names {
        rules[name] = Rule(
          isExactWithoutErrors: !parameters, keepsNormal: keepsNormal, run: run)
      }
    }
    add(["Conv", "ConvTranspose", "Gemm", "MatMul"], parameters: true) { $0.linear }
    add(["BatchNormalization"], parameters: true) { bounds in
      { try bounds.formulaOrMeasured($0, $1, bounds.batchNormalization) }
    }
    add(
      ["InstanceNormalization", "LayerNormalization", "GroupNormalization"], parameters: true
    ) { bounds in { try bounds.formulaOrMeasured($0, $1, bounds.normalization) } }
    add(["Add", "Sub", "Sum"], parameters: true) { $0.sum }
    add(["Mul", "Div"], parameters: true) { $0.product }
    add(["Max", "Min"], parameters: true) { $0.largest }
    add(["PRelu"], parameters: true) { bounds in
      { try bounds.formulaOrMeasured($0, $1, bounds.parametricReLU) }
    }
    add(["Einsum"], parameters: true) { $0.einsum }
    add(measuredOperators, parameters: true) { $0.measured }
    add(
      [
        "Identity", "Dropout", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Slice",
        "Split", "DepthToSpace", "SpaceToDepth",
      ], keepsNormal: true
    ) { $0.movement }
    // Among its branches may be constants that a fold wrote.
    add(["Concat"], parameters: true, keepsNormal: true) { $0.movement }
    add(
      [
        "Gather", "Expand", "Tile", "Pad", "MaxPool", "GlobalMaxPool", "AveragePool",
        "GlobalAveragePool", "ReduceMax", "ReduceMean", "Where", "Trilu",
      ]
    ) { $0.movement }
    add(["Resize", "Upsample"]) { bounds in
      { bounds.isWeightedMean($0) ? try bounds.movement($0, $1) : try bounds.measured($0, $1) }
    }
    add(["ReduceMin"]) { $0.smallestOf }
    add(["ReduceSum", "ReduceL1", "ReduceL2", "LpPool", "GlobalLpPool"]) { $0.total }
    add(
      ["Relu", "LeakyRelu", "Abs", "Neg", "Sigmoid", "Tanh", "Sin", "Cos", "Softsign"]
    ) { $0.contraction }
    add(["HardSwish", "Gelu", "Mish", "Swish"]) { $0.smooth }
    add(["Softmax", "LogSoftmax"]) { $0.softmax }
    add(
      [
        "Exp", "Log", "Sqrt", "Erf", "Softplus", "Elu", "Selu", "Celu", "Atan",
        "Asinh", "ThresholdedRelu", "Floor", "Ceil", "Round", "Sign", "QuantizeLinear", "Cast",
        "CastLike",
      ]
    ) { $0.monotone }
    add(["Clip"], parameters: true) { $0.monotone }
    add(["HardSigmoid"], parameters: true) { $0.hardSigmoid }
    add(["Greater", "Less", "GreaterOrEqual", "LessOrEqual", "Equal"], parameters: true) {
      $0.comparison
    }
    add(["And", "Or", "Xor", "Not"]) { $0.logic }
    add(["ArgMax", "ArgMin", "TopK"]) { $0.ranking }
    add(["If"], parameters: true) { $0.conditional }
    add(["Shape", "Size"]) { _ in { node, _ in node.outputs.map { _ in .exact } } }
    return rules
  }()

  /// Smooth operators whose error is measured.
  private static let measuredOperators = [
    "LSTM", "GRU", "RNN", "Attention", "RotaryEmbedding", "RMSNormalization", "LpNormalization",
    "MeanVarianceNormalization", "LRN", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare",
    "ReduceProd", "CumSum", "Mean", "Pow", "Reciprocal", "Tan", "Sinh", "Cosh", "Asin", "Acos",
    "Acosh", "Atanh", "DeformConv", "Col2Im",
  ]
}
