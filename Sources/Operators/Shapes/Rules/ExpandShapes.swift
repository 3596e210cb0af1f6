internal import ModelIR

/// Operators that repeat, extend or cut.
enum ExpandShapes {
  static let rules: [String: ShapeRule] = [
    "Expand": expand, "Tile": tile, "Pad": pad, "CenterCropPad": centerCropPad,
    "EyeLike": { context in
      context.set(type: try context.dataType("dtype") ?? context.type(0), context.shape(0))
    },
    "Col2Im": columnsToImage,
  ]

  private static func expand(_ context: NodeShapes) throws {
    let type = context.type(0)
    guard let input = context.shape(0), let target = context.numbers(1) else {
      let rank = context.shape(1)?.first?.value
      let known = rank.flatMap { wanted in context.rank(0).map { max(wanted, $0) } }
      context.set(type: type, known.flatMap(UnknownShape.ofRank))
      return
    }
    guard let output = Dimension.broadcast(input, target) else {
      throw ShapeMismatch(
        "\(NodeShapes.text(input)) cannot be expanded to \(NodeShapes.text(target))")
    }
    context.set(type: type, output)
    guard output.count <= 1, let numbers = context.numbers(0),
      let count = Dimension.product(output).value, count <= 1 << 10
    else { return }
    context.setNumbers(
      numbers.count == count
        ? numbers : numbers.first.map { [Dimension](repeating: $0, count: count) })
  }

  private static func tile(_ context: NodeShapes) throws {
    guard let input = context.shape(0) else {
      context.set(type: context.type(0), nil)
      return
    }
    // Opset 1 had one number of tiles and an axis.
    if context.opset < 6 {
      var output = input
      if let axis = context.integers(2)?.first, let count = context.numbers(1)?.first {
        let axis = try context.axis(axis, rank: input.count)
        output[axis] = output[axis] * count
        context.set(type: context.type(0), output)
      } else {
        context.set(type: context.type(0), UnknownShape.ofRank(input.count))
      }
      return
    }
    guard let repeats = context.numbers(1) else {
      context.set(type: context.type(0), UnknownShape.ofRank(input.count))
      return
    }
    guard repeats.count == input.count else {
      throw ShapeMismatch("\(repeats.count) repeats for \(input.count) axes")
    }
    context.set(type: context.type(0), zip(input, repeats).map { $0 * $1 })
  }

  private static func pad(_ context: NodeShapes) throws {
    let node = context.node
    guard var output = context.shape(0) else {
      context.set(type: context.type(0), nil)
      return
    }
    let stated = try node.ints("pads") ?? node.ints("paddings")
    let pads = context.opset < 11 ? stated.map { $0.map { .known($0) } } : context.numbers(1)
    let axes = context.has(3) ? context.integers(3) : Array(output.indices)
    guard let pads, let axes, let resolved = Axes.resolve(axes, rank: output.count) else {
      context.set(type: context.type(0), UnknownShape.ofRank(output.count))
      return
    }
    guard pads.count == 2 * resolved.count else {
      throw ShapeMismatch("\(pads.count) pads for \(resolved.count) axes")
    }
    for (position, axis) in resolved.enumerated() {
      output[axis] = output[axis] + pads[position] + pads[position + resolved.count]
      if let extent = output[axis].value, extent < 0 {
        throw ShapeMismatch("pads leave nothing of axis \(axis)")
      }
    }
    context.set(type: context.type(0), output)
  }

  private static func centerCropPad(_ context: NodeShapes) throws {
    guard var output = context.shape(0) else {
      context.set(type: context.type(0), nil)
      return
    }
    let axes = try context.node.ints("axes") ?? Array(output.indices)
    guard let resolved = Axes.resolve(axes, rank: output.count) else {
      throw AttributeError("axes", .outOfRange(expected: "inside the rank \(output.count)"))
    }
    let target = context.numbers(1)
    for (position, axis) in resolved.enumerated() {
      output[axis] =
        target.flatMap { $0.indices.contains(position) ? $0[position] : nil } ?? .unknown
    }
    context.set(type: context.type(0), output)
  }

  private static func columnsToImage(_ context: NodeShapes) throws {
    guard let image = context.numbers(1) else { return }
    let block = context.integers(2).flatMap { CheckedProduct.of($0) }
    let input = context.shape(0)
    let columns = input.flatMap { $0.count > 1 ? $0[1] : nil } ?? .unknown
    let channels = block.map { columns / .known($0) }
    context.set(
      type: context.type(0), [input?.first ?? .unknown, channels ?? .unknown] + image)
  }
}
