internal import ModelIR

/// Attention (from opset 23 on).
///
/// Q [batch, heads, length, size] or [batch, length, heads·size]; K and V likewise with their own
/// heads and length. Source: ONNX Attention.
enum AttentionShapes {
  static let rules: [String: ShapeRule] = ["Attention": attention]

  private static func attention(_ context: NodeShapes) throws {
    let type = context.type(0)
    for output in 0..<4 { context.set(output, type: type, nil) }
    guard let query = try heads(context, 0, "q_num_heads"),
      let key = try heads(context, 1, "kv_num_heads"),
      let value = try heads(context, 2, "kv_num_heads")
    else { return }
    let past =
      context.has(4) ? context.shape(4).map { $0.count == 4 ? $0[2] : .unknown } : .known(0)
    let total = (past ?? .unknown) + key[2]
    if context.rank(0) == 3 {
      context.set(0, type: type, [query[0], query[2], query[1] * value[3]])
    } else {
      context.set(0, type: type, [query[0], query[1], query[2], value[3]])
    }
    context.set(1, type: type, [key[0], key[1], total, key[3]])
    context.set(2, type: type, [value[0], value[1], total, value[3]])
    context.set(3, type: type, [query[0], query[1], query[2], total])
  }

  /// [batch, heads, length, size] of an input.
  private static func heads(
    _ context: NodeShapes, _ input: Int, _ attribute: String
  ) throws -> [Dimension]? {
    guard let shape = context.shape(input) else { return nil }
    if shape.count == 4 { return shape }
    guard shape.count == 3, let count = try context.node.int(attribute), count > 0 else {
      return nil
    }
    return [shape[0], .known(count), shape[1], shape[2] / .known(count)]
  }
}
