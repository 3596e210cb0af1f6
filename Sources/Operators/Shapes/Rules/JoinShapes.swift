internal import ModelIR

/// Concat and Split.
enum JoinShapes {
  static let rules: [String: ShapeRule] = ["Concat": concat, "Split": split]

  private static func concat(_ context: NodeShapes) throws {
    let inputs = context.node.inputs.indices
    let type = inputs.lazy.compactMap { context.type($0) }.first
    guard let rank = inputs.lazy.compactMap({ context.rank($0) }).first else {
      context.set(type: type, nil)
      return
    }
    let axis = try ShapeAttributes.concatAxis(context.node, rank: rank, opset: context.opset)
    var output = [Dimension](repeating: .unknown, count: rank)
    output[axis] = .known(0)
    for input in inputs {
      guard let shape = context.shape(input) else {
        output[axis] = .unknown
        continue
      }
      guard shape.count == rank else {
        throw ShapeMismatch("input \(input) has \(shape.count) axes, others have \(rank)")
      }
      for other in 0..<rank {
        if other == axis {
          output[axis] = output[axis] == .unknown ? .unknown : output[axis] + shape[axis]
        } else if let joined = Dimension.same(output[other], shape[other]) {
          output[other] = joined
        } else {
          throw ShapeMismatch("input \(input) of shape \(NodeShapes.text(shape)) does not fit")
        }
      }
    }
    context.set(type: type, output)
    guard rank == 1 else { return }
    var numbers: [Dimension] = []
    for input in inputs {
      guard let extent = context.shape(input)?.first?.value, extent <= 1 << 10 else { return }
      numbers += context.numbers(input) ?? [Dimension](repeating: .unknown, count: extent)
      guard numbers.count <= 1 << 10 else { return }
    }
    context.setNumbers(numbers)
  }

  private static func split(_ context: NodeShapes) throws {
    let node = context.node
    guard let input = context.shape(0) else {
      for output in node.outputs.indices { context.set(output, type: context.type(0), nil) }
      return
    }
    let axis = try ShapeAttributes.axis(node, or: 0, rank: input.count)
    let attribute = try node.ints("split")
    // From opset 13 on the parts are an input; a left-out one means equal parts.
    let given = context.has(1) ? context.integers(1) : attribute
    var parts: [Int]?
    if let given, context.shape(0)?[axis].value == nil {
      parts = given.count == node.outputs.count ? given : nil
    } else if let extent = input[axis].value, given != nil || !context.has(1) {
      parts = try ShapeAttributes.splitParts(node, extent: extent, stated: given)
    }
    for output in node.outputs.indices {
      var shape = input
      shape[axis] = parts.map { .known($0[output]) } ?? .unknown
      if node.outputs.count == 1 { shape[axis] = input[axis] }
      context.set(output, type: context.type(0), shape)
    }
    guard input.count == 1, let parts, let numbers = context.numbers(0),
      parts.reduce(0, +) == numbers.count
    else { return }
    var start = 0
    for (output, part) in parts.enumerated() {
      context.setNumbers(output, Array(numbers[start..<(start + part)]))
      start += part
    }
  }
}
