internal import ModelIR

/// Operators that name the same elements by other axes.
enum ReshapeShapes {
  static let rules: [String: ShapeRule] = [
    "Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze,
    "Transpose": transpose, "DepthToSpace": depthToSpace, "SpaceToDepth": spaceToDepth,
  ]

  private static func reshape(_ context: NodeShapes) throws {
    let type = context.type(0)
    // Opset 1 had the target as an attribute.
    let stated = try context.node.ints("shape")?.map { Dimension.known($0) }
    guard let request = context.numbers(1) ?? (context.has(1) ? nil : stated) else {
      let rank = context.shape(1).flatMap { $0.count == 1 ? $0[0].value : nil }
      context.set(type: type, rank.flatMap(UnknownShape.ofRank))
      return
    }
    let allowZero = try context.node.flag("allowzero")
    guard
      let output = ReshapeTarget.extents(
        of: context.shape(0), request: request, allowZero: allowZero)
    else {
      let input = context.shape(0).map(NodeShapes.text) ?? "?"
      throw ShapeMismatch("\(input) cannot be reshaped to \(NodeShapes.text(request))")
    }
    context.set(type: type, output)
    if output.count <= 1 { context.setNumbers(context.numbers(0)) }
  }

  private static func flatten(_ context: NodeShapes) throws {
    guard let input = context.shape(0) else {
      context.set(type: context.type(0), UnknownShape.ofRank(2))
      return
    }
    let axis = try ShapeAttributes.flattenAxis(context.node, rank: input.count)
    context.set(
      type: context.type(0), [.product(input[..<axis]), .product(input[axis...])])
  }

  private static func squeeze(_ context: NodeShapes) throws {
    let type = context.type(0)
    guard let input = context.shape(0) else {
      context.set(type: type, nil)
      return
    }
    let given = context.integers(1)
    if context.has(1), given == nil {
      let count = context.shape(1)?.first?.value
      context.set(type: type, UnknownShape.ofRank(input.count, plus: count.map { 0 &- $0 }))
      return
    }
    var output: [Dimension]?
    if let stated = try ShapeAttributes.axes(context.node, input: given) {
      guard let axes = Axes.resolve(stated, rank: input.count).map(Set.init) else {
        throw AttributeError("axes", .outOfRange(expected: "inside the rank \(input.count)"))
      }
      if let bad = axes.first(where: { (input[$0].value ?? 1) != 1 }) {
        throw ShapeMismatch("axis \(bad) of \(NodeShapes.text(input)) is not 1")
      }
      output = input.indices.filter { !axes.contains($0) }.map { input[$0] }
    } else if input.allSatisfy({ $0.value != nil }) {
      output = input.filter { $0 != .known(1) }
    }
    context.set(type: type, output)
    if output?.count ?? 2 <= 1 { context.setNumbers(context.numbers(0)) }
  }

  private static func unsqueeze(_ context: NodeShapes) throws {
    let type = context.type(0)
    let given = context.integers(1)
    guard let input = context.shape(0), given != nil || !context.has(1) else {
      let count = context.shape(1)?.first?.value
      context.set(type: type, UnknownShape.ofRank(context.rank(0), plus: count))
      return
    }
    guard let stated = try ShapeAttributes.axes(context.node, input: given) else {
      throw AttributeError("axes", .missing)
    }
    let rank = input.count + stated.count
    guard let axes = Axes.resolve(stated, rank: rank).map(Set.init) else {
      throw AttributeError("axes", .outOfRange(expected: "inside the rank \(rank)"))
    }
    var rest = input[...]
    let output = (0..<rank).map { axes.contains($0) ? .known(1) : rest.popFirst() ?? .known(1) }
    context.set(type: type, output)
    if rank <= 1 { context.setNumbers(context.numbers(0)) }
  }

  private static func transpose(_ context: NodeShapes) throws {
    guard let input = context.shape(0) else {
      context.set(
        type: context.type(0),
        try context.node.ints("perm").flatMap { UnknownShape.ofRank($0.count) })
      return
    }
    let permutation = try ShapeAttributes.permutation(context.node, rank: input.count)
    context.set(type: context.type(0), permutation.map { input[$0] })
    if input.count <= 1 { context.setNumbers(context.numbers(0)) }
  }

  private static func blockSize(_ context: NodeShapes) throws -> Dimension {
    let size = try context.node.int("blocksize", or: 0)
    guard size >= 1, size <= 1 << 20 else {
      throw AttributeError("blocksize", .outOfRange(expected: "at least 1"))
    }
    return .known(size)
  }

  private static func depthToSpace(_ context: NodeShapes) throws {
    let block = try blockSize(context)
    let input = context.shape(0) ?? [Dimension](repeating: .unknown, count: 4)
    guard input.count == 4 else { throw ShapeMismatch("the input must have 4 axes") }
    if let channels = input[1].value, let side = block.value, channels % (side * side) != 0 {
      throw ShapeMismatch("\(channels) channels cannot be split into blocks of \(side)²")
    }
    context.set(
      type: context.type(0),
      [input[0], input[1] / (block * block), input[2] * block, input[3] * block])
  }

  private static func spaceToDepth(_ context: NodeShapes) throws {
    let block = try blockSize(context)
    let input = context.shape(0) ?? [Dimension](repeating: .unknown, count: 4)
    guard input.count == 4 else { throw ShapeMismatch("the input must have 4 axes") }
    context.set(
      type: context.type(0),
      [input[0], input[1] * block * block, input[2] / block, input[3] / block])
  }
}
