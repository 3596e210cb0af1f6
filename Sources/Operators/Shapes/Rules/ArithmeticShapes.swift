internal import ModelIR

/// Operators of two or more inputs that are broadcast to each other.
enum ArithmeticShapes {
  static let rules: [String: ShapeRule] = {
    var rules: [String: ShapeRule] = [:]
    for name in ["Add", "Sub", "Mul", "Div", "Mod", "BitShift", "Pow"] {
      rules[name] = { try binary($0, result: $0.type(0)) }
    }
    for name in ["BitwiseAnd", "BitwiseOr", "BitwiseXor"] {
      rules[name] = { try binary($0, result: $0.type(0)) }
    }
    for name in ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or", "Xor"] {
      rules[name] = { try binary($0, result: .bool) }
    }
    for name in ["Max", "Min", "Mean", "Sum"] { rules[name] = variadic }
    rules["Where"] = choose
    rules["Neg"] = { context in
      context.setSame()
      context.setNumbers(context.numbers(0)?.map { .known(0) - $0 })
    }
    return rules
  }()

  private static func binary(_ context: NodeShapes, result: DataType?) throws {
    let rule = try BroadcastAttributes(context.node, opset: context.opset).rule
    guard rule == .both else {
      // Before opset 7 the first input decides.
      context.set(type: result, context.shape(0))
      return
    }
    context.set(type: result, try context.broadcast([0, 1]))
    if let rank = joinedRank(context), rank <= 1 { context.setNumbers(numbers(context)) }
  }

  private static func joinedRank(_ context: NodeShapes) -> Int? {
    guard let a = context.rank(0), let b = context.rank(1) else { return nil }
    return max(a, b)
  }

  private static func variadic(_ context: NodeShapes) throws {
    let all = Array(context.node.inputs.indices)
    if context.opset < 8 {
      context.setSame()
    } else {
      context.set(type: context.type(0), try context.broadcast(all))
    }
    guard all.count == 2, let rank = joinedRank(context), rank <= 1 else { return }
    context.setNumbers(numbers(context))
  }

  private static func choose(_ context: NodeShapes) throws {
    context.set(type: context.type(1) ?? context.type(2), try context.broadcast([0, 1, 2]))
    guard let test = context.integers(0), let yes = context.numbers(1), let no = context.numbers(2),
      [0, 1, 2].allSatisfy({ (context.rank($0) ?? 2) <= 1 })
    else { return }
    let count = max(test.count, yes.count, no.count)
    context.setNumbers(
      (0..<count).map { position in
        element(test, position) != 0 ? element(yes, position) : element(no, position)
      })
  }

  /// The element at a position of a vector, or a lone element for all.
  private static func element<Element>(_ list: [Element], _ position: Int) -> Element {
    list.count == 1 ? list[0] : list[min(position, list.count - 1)]
  }

  /// What arithmetic makes of short vectors of extents.
  private static func numbers(_ context: NodeShapes) -> [Dimension]? {
    guard let a = context.numbers(0), let b = context.numbers(1), !a.isEmpty, !b.isEmpty,
      a.count == b.count || a.count == 1 || b.count == 1
    else { return nil }
    var result: [Dimension] = []
    for position in 0..<max(a.count, b.count) {
      guard
        let number = combine(
          context.node.opType, element(a, position), element(b, position))
      else { return nil }
      result.append(number)
    }
    return result
  }

  private static func combine(_ opType: String, _ a: Dimension, _ b: Dimension) -> Dimension? {
    switch opType {
    case "Add": a + b
    case "Sub": a - b
    case "Mul": a * b
    case "Div": a / b
    case "Max": extreme(a, b, max)
    case "Min": extreme(a, b, min)
    case "Equal": equal(a, b)
    default: nil
    }
  }

  private static func extreme(
    _ a: Dimension, _ b: Dimension, _ choose: (Int, Int) -> Int
  ) -> Dimension {
    if case .known(let x) = a, case .known(let y) = b { return .known(choose(x, y)) }
    return a == b ? a : .unknown
  }

  /// Whether two extents are equal, as 0 or 1: a named one is never negative.
  private static func equal(_ a: Dimension, _ b: Dimension) -> Dimension {
    switch (a, b) {
    case (.known(let x), .known(let y)): .known(x == y ? 1 : 0)
    case (.symbol(let x), .symbol(let y)) where x == y: .known(1)
    case (.symbol, .known(let value)), (.known(let value), .symbol):
      value < 0 ? .known(0) : .unknown
    default: .unknown
    }
  }
}
