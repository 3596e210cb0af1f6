internal import ModelIR

/// Reductions along axes.
enum ReductionShapes {
  static let rules: [String: ShapeRule] = {
    var rules: [String: ShapeRule] = [:]
    let kinds = [
      "L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare",
    ]
    for kind in kinds { rules["Reduce\(kind)"] = reduce }
    for name in ["ArgMax", "ArgMin"] { rules[name] = position }
    return rules
  }()

  private static func reduce(_ context: NodeShapes) throws {
    let attributes = try ReductionAttributes(context.node)
    let type = context.type(0)
    guard let input = context.shape(0) else {
      context.set(type: type, nil)
      return
    }
    let given = context.integers(1)
    if context.has(1), given == nil {
      // Which axes go is not known.
      context.set(
        type: type, attributes.keepsDimensions ? UnknownShape.ofRank(input.count) : nil)
      return
    }
    guard let axes = attributes.resolved(rank: input.count, input: given) else {
      throw AttributeError("axes", .outOfRange(expected: "inside the rank \(input.count)"))
    }
    context.set(type: type, attributes.reduced(input, axes: axes, one: .known(1)))
    if context.node.opType == "ReduceProd", input.count <= 1, axes == [0],
      let numbers = context.numbers(0)
    {
      context.setNumbers([.product(numbers)])
    }
  }

  private static func position(_ context: NodeShapes) throws {
    let attributes = try ReductionAttributes(context.node)
    guard let input = context.shape(0) else {
      context.set(type: .int64, nil)
      return
    }
    let axis = try ShapeAttributes.axis(context.node, or: 0, rank: input.count)
    context.set(type: .int64, attributes.reduced(input, axes: [axis], one: .known(1)))
  }
}
