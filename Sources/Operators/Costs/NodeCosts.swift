internal import ModelIR

/// The table of costs.
///
/// Multiply-adds (biases and paddings are not told apart from other positions):
///
///     Conv                N·M·ΠO · (C/group)·Πk        output elements times taps
///     ConvTranspose       N·C·ΠD · (M/group)·Πk        input elements times taps
///     Gemm                M·N·K
///     MatMul              output elements · K
///     Einsum              the product of all axes of the equation
///     LSTM, GRU, RNN      T·B·dirs · gates·hidden·(features + hidden),  gates 4, 3, 1
///     Attention           B·heads·Lq·Lk·(size of a key + size of a value)
///
/// Operations of other operators: for each output element 1 (arithmetic, comparisons, simple
/// activations), 2 (BatchNormalization at inference: one scale, one shift), 4 (transcendental
/// activations), 5 (softmax) or 7 (other normalizations); pools one for each tap; reductions one
/// for each input element; operators that move data none.
enum NodeCosts {
  typealias Rule = @Sendable (NodeExtents) -> Int?

  static let multiplyAdds: [String: Rule] = [
    "Conv": { taps($0, weight: 1) },
    "ConvInteger": { taps($0, weight: 1) },
    "QLinearConv": { taps($0, weight: 3) },
    "DeformConv": { taps($0, weight: 1) },
    "ConvTranspose": { node in
      NodeExtents.product(
        node.inputCount(0), node.input(1).flatMap { NodeExtents.count(Array($0.dropFirst())) })
    },
    "Gemm": { node in
      guard let a = node.input(0), a.count == 2,
        let attributes = try? GemmAttributes(node.node, opset: 13)
      else { return nil }
      return NodeExtents.product(node.outputCount(), a[attributes.transposesA ? 0 : 1])
    },
    "MatMul": { NodeExtents.product($0.outputCount(), $0.input(0)?.last) },
    "MatMulInteger": { NodeExtents.product($0.outputCount(), $0.input(0)?.last) },
    "QLinearMatMul": { NodeExtents.product($0.outputCount(), $0.input(0)?.last) },
    "Einsum": einsum,
    "LSTM": { recurrent($0, gates: 4) },
    "GRU": { recurrent($0, gates: 3) },
    "RNN": { recurrent($0, gates: 1) },
    "Attention": attention,
  ]

  /// Output elements times the taps that each reads.
  private static func taps(_ node: NodeExtents, weight: Int) -> Int? {
    NodeExtents.product(
      node.outputCount(), node.input(weight).flatMap { NodeExtents.count(Array($0.dropFirst())) })
  }

  private static func einsum(_ node: NodeExtents) -> Int? {
    guard let equation = try? node.node.text("equation"),
      let parsed = try? EinsumEquation(equation), parsed.terms.count == node.node.inputs.count
    else { return nil }
    var extents: [Character: Int] = [:]
    for (position, term) in parsed.terms.enumerated() {
      guard let shape = node.input(position), shape.count == term.count else { return nil }
      for (letter, extent) in zip(term, shape) {
        guard let letter else { return nil }
        extents[letter] = max(extents[letter] ?? 1, extent)
      }
    }
    return NodeExtents.count(Array(extents.values))
  }

  private static func recurrent(_ node: NodeExtents, gates: Int) -> Int? {
    guard let input = node.input(0), input.count == 3, let weight = node.input(1),
      weight.count == 3, let hidden = node.input(2)?.last
    else { return nil }
    return NodeExtents.product(
      input[0], input[1], weight[0], NodeExtents.product(gates, hidden),
      NodeExtents.sum(input[2], hidden))
  }

  private static func attention(_ node: NodeExtents) -> Int? {
    guard let query = node.input(0), let key = node.input(1), let value = node.input(2) else {
      return nil
    }
    if query.count == 4, key.count == 4, value.count == 4 {
      return NodeExtents.product(
        query[0], query[1], query[2], key[2],
        NodeExtents.sum(key[3], value[3]))
    }
    guard query.count == 3, key.count == 3, value.count == 3,
      let heads = try? node.node.int("q_num_heads"), heads > 0,
      let others = try? node.node.int("kv_num_heads"), others > 0
    else { return nil }
    return NodeExtents.product(
      query[0], heads, query[1], key[1], NodeExtents.sum(key[2] / others, value[2] / others))
  }

  // MARK: Other operations

  private static let perElement: [String: Int] = {
    var table: [String: Int] = [:]
    let one = [
      "Abs", "Add", "And", "Ceil", "Clip", "Div", "Equal", "Floor", "Greater", "GreaterOrEqual",
      "LeakyRelu", "Less", "LessOrEqual", "Max", "Mean", "Min", "Mod", "Mul", "Neg", "Not", "Or",
      "PRelu", "Reciprocal", "Relu", "Round", "Shrink", "Sign", "Sqrt", "Sub", "Sum",
      "ThresholdedRelu", "Where", "Xor", "CumSum",
    ]
    let four = [
      "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Celu", "Cos", "Cosh", "Elu", "Erf",
      "Exp", "Gelu", "HardSigmoid", "HardSwish", "Log", "Mish", "Pow", "Selu", "Sigmoid", "Sin",
      "Sinh", "Softplus", "Softsign", "Swish", "Tan", "Tanh",
    ]
    let seven = [
      "GroupNormalization", "InstanceNormalization", "LRN", "LayerNormalization",
      "LpNormalization", "MeanVarianceNormalization", "RMSNormalization",
    ]
    for name in one { table[name] = 1 }
    for name in four { table[name] = 4 }
    for name in seven { table[name] = 7 }
    for name in ["Softmax", "LogSoftmax", "Hardmax"] { table[name] = 5 }
    table["BatchNormalization"] = 2
    for name in ["Resize", "Upsample", "GridSample"] { table[name] = 7 }
    for name in ["QuantizeLinear", "DequantizeLinear"] { table[name] = 2 }
    return table
  }()

  /// Operations of an operator that is no sum of products.
  static func operations(_ node: NodeExtents) -> Int? {
    let opType = node.node.opType
    if let each = perElement[opType] { return NodeExtents.product(node.outputCount(), each) }
    switch opType {
    case "MaxPool", "AveragePool", "LpPool":
      let kernel = (try? node.node.ints("kernel_shape")).flatMap(NodeExtents.count)
      return NodeExtents.product(node.outputCount(), kernel)
    case "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "ArgMax", "ArgMin", "TopK":
      return node.inputCount()
    default:
      return opType.hasPrefix("Reduce") ? node.inputCount() : 0
    }
  }
}
