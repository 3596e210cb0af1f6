internal import ModelIR

/// A node of constants becomes what it computes.
///
/// Condition: a standard operator without bodies and random numbers whose results the evaluator
/// gives; together they take no more bytes than the constants that go with the node, or no more
/// than `limit`. DequantizeLinear stays: runtimes look for it. Where a graph cannot store
/// constants, or hands the value out, the node turns into a Constant.
struct ConstantFolding: SimplificationRule {
  let name = "constant"
  let operators: Set<String>? = nil

  /// Bytes that a result may have, whatever it replaces.
  static let limit = 1 << 16

  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft? {
    let node = context.node(id)
    guard node.opType != "DequantizeLinear" else { return nil }
    var results: [(value: ValueID, tensor: Tensor)] = []
    for output in node.outputs.compactMap({ $0 }) {
      guard let tensor = context.constant(output), tensor.byteCount != nil,
        case .stored(let stored) = tensor.storage, stored.encoding != .strings
      else { return nil }
      results.append((output, tensor))
    }
    guard !results.isEmpty, isSmallEnough(results.map(\.tensor), node, context) else { return nil }
    return Self.draft(id, results, context)
  }

  /// A draft that puts constants in the place of a node.
  static func draft(
    _ id: NodeID, _ results: [(value: ValueID, tensor: Tensor)], _ context: SimplificationContext
  ) -> SimplificationDraft? {
    let node = context.node(id)
    var draft = context.draft(id)
    let staysNode =
      !context.holdsInitializers(node.graph)
      || results.contains { !context.mayBeStored($0.value) }
    if staysNode {
      // Nothing is won where it is a Constant already, and a node has one place for a constant.
      guard node.opType != "Constant", results.count == 1 else { return nil }
      draft.edit(id) { node in
        node.opType = "Constant"
        node.inputs = []
        node.outputs = [results[0].value]
        node.attributes = [Attribute("value", .tensor(results[0].tensor))]
      }
      return draft
    }
    for (value, tensor) in results { draft.constant(value, tensor) }
    draft.remove(id)
    return draft
  }

  private func isSmallEnough(
    _ results: [Tensor], _ node: Node, _ context: SimplificationContext
  ) -> Bool {
    if node.opType == "Constant" { return true }
    let bytes = results.reduce(0) { $0 + ($1.byteCount ?? 0) }
    if bytes <= Self.limit { return true }
    var freed = 0
    for input in Set(node.inputs.compactMap { $0 }) {
      let readers = context.session.uses.uses(of: input)
      guard readers.allSatisfy({ context.node($0.node).outputs == node.outputs }),
        !context.isGraphOutput(input)
      else { continue }
      freed += context.constant(input)?.byteCount ?? 0
    }
    return bytes <= freed
  }
}
