internal import ModelIR
internal import Operators

/// A Cast of a Cast: the inner one goes where its type holds every number of the input's.
///
/// Condition: the widening is exact (half or bfloat16 to Float or Double, Float to Double, whole
/// numbers to wider ones of the same or a larger range); then the outer Cast sees the same numbers,
/// and one back to the first type goes too, as `PassedOnWhole`.
struct CastPair: SimplificationRule {
  let name = "cast-pair"
  let operators: Set<String>? = ["Cast"]

  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft? {
    let node = context.node(id)
    guard let inner = context.maker(of: node.input(0)), inner.node.opType == "Cast",
      let x = inner.node.input(0), let from = context.dataType(x),
      let middle = context.dataType(node.input(0)), Self.holds(middle, everyNumberOf: from),
      let to = try? node.int("to")
    else { return nil }
    var draft = context.draft(id)
    if to == Int(from.rawValue), let output = node.output(0), draft.replace(output, by: x) {
      draft.remove(id)
      return draft
    }
    // Nothing is won while somebody else reads the inner one.
    guard context.session.uses.soleUse(of: node.input(0) ?? x, in: context.session.model) != nil
    else { return nil }
    draft.edit(id) { $0.inputs[0] = x }
    return draft
  }

  /// Whether a type holds all numbers of another exactly.
  static func holds(_ wide: DataType, everyNumberOf narrow: DataType) -> Bool {
    switch (narrow, wide) {
    case (.float16, .float32), (.float16, .float64), (.bfloat16, .float32), (.bfloat16, .float64),
      (.float32, .float64), (.bool, _):
      return wide != .string
    case (.uint8, .int16), (.uint8, .uint16), (.uint8, .int32), (.uint8, .uint32),
      (.uint8, .int64), (.uint8, .uint64), (.int8, .int16), (.int8, .int32), (.int8, .int64),
      (.uint16, .int32), (.uint16, .uint32), (.uint16, .int64), (.uint16, .uint64),
      (.int16, .int32), (.int16, .int64), (.uint32, .int64), (.uint32, .uint64), (.int32, .int64):
      return true
    default:
      return false
    }
  }
}
