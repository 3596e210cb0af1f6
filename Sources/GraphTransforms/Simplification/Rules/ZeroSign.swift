internal import ModelIR

/// Whether anyone can tell +0.0 from −0.0 in a value.
///
/// The two are the same number; what divides by them can tell. The search follows operators that
/// pass zeros on with their sign and ends at those that do not: sums of products, whose order and
/// first summand the standard leaves open, comparisons, functions without zeros. A graph output is
/// compared as numbers.
enum ZeroSign {
  private static let mostNodes = 64

  /// Operators whose results do not depend on the sign of a zero, or do not pass it on.
  private static let ending: Set<String> = [
    "Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization", "InstanceNormalization",
    "LayerNormalization", "GroupNormalization", "Softmax", "LogSoftmax", "Sigmoid", "HardSigmoid",
    "Exp", "Cos", "ReduceSum", "ReduceMean", "ReduceL1", "ReduceL2", "ReduceSumSquare",
    "AveragePool", "GlobalAveragePool", "Equal", "Greater", "GreaterOrEqual", "Less",
    "LessOrEqual", "ArgMax", "ArgMin", "TopK", "Shape", "Size", "LSTM", "GRU", "RNN", "Softplus",
    "QuantizeLinear", "Log", "IsNaN", "Abs", "Einsum",
  ]
  /// Operators that pass zeros on, perhaps with their sign.
  private static let passing: Set<String> = [
    "Identity", "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Clip", "Tanh", "Erf", "Neg", "Sqrt",
    "Mul", "Add", "Sub", "Sum", "Mean", "Max", "Min", "MaxPool", "GlobalMaxPool", "ReduceMax",
    "ReduceMin", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Concat", "Split",
    "Slice", "Gather", "Pad", "Expand", "Tile", "Resize", "Upsample", "DepthToSpace",
    "SpaceToDepth", "Dropout", "Cast", "Where", "HardSwish", "Gelu", "Mish", "Round", "Floor",
    "Ceil",
  ]

  /// False only where it is sure that nobody can.
  static func isSeen(_ value: ValueID, in context: SimplificationContext) -> Bool {
    var open = [value]
    var seen: Set<ValueID> = [value]
    var budget = mostNodes
    while let next = open.popLast() {
      for use in context.session.uses.uses(of: next) {
        budget -= 1
        let node = context.node(use.node)
        guard budget > 0, node.domain.isEmpty else { return true }
        if ending.contains(node.opType) { continue }
        guard passing.contains(node.opType) || (node.opType == "Div" && use.input == 0) else {
          return true
        }
        for output in node.outputs.compactMap({ $0 }) where seen.insert(output).inserted {
          open.append(output)
        }
      }
    }
    return false
  }
}
