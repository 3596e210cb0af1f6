internal import ModelIR

/// Matrix products and Einsum.
enum ProductShapes {
  static let rules: [String: ShapeRule] = [
    "Gemm": gemm,
    "MatMul": { try product($0, 0, 1, type: $0.type(0)) },
    "MatMulInteger": { try product($0, 0, 1, type: .int32) },
    "QLinearMatMul": { try product($0, 0, 3, type: $0.type(7)) },
    "Einsum": einsum,
    "Det": { context in
      context.set(type: context.type(0), context.shape(0).map { Array($0.dropLast(2)) })
    },
  ]

  private static func gemm(_ context: NodeShapes) throws {
    let attributes = try GemmAttributes(context.node, opset: context.opset)
    let a = try matrix(context, 0)
    let b = try matrix(context, 1)
    if let x = a?[attributes.transposesA ? 0 : 1], let y = b?[attributes.transposesB ? 1 : 0],
      Dimension.same(x, y) == nil
    {
      throw ShapeMismatch("the product needs as many columns of A as rows of B")
    }
    context.set(
      type: context.type(0),
      [
        a?[attributes.transposesA ? 1 : 0] ?? .unknown,
        b?[attributes.transposesB ? 0 : 1] ?? .unknown,
      ])
  }

  /// Extents of a matrix; before opset 7 more axes were flattened, and stay unknown here.
  private static func matrix(_ context: NodeShapes, _ input: Int) throws -> [Dimension]? {
    guard let shape = context.shape(input) else { return nil }
    if shape.count == 2 { return shape }
    guard context.opset < 7 else {
      throw ShapeMismatch("input \(input) has \(shape.count) axes, a matrix has 2")
    }
    return nil
  }

  private static func product(
    _ context: NodeShapes, _ left: Int, _ right: Int, type: DataType?
  ) throws {
    guard var a = context.shape(left), var b = context.shape(right) else {
      context.set(type: type, nil)
      return
    }
    guard !a.isEmpty, !b.isEmpty else { throw ShapeMismatch("a product needs at least vectors") }
    let isRow = a.count == 1
    let isColumn = b.count == 1
    if isRow { a = [.known(1)] + a }
    if isColumn { b.append(.known(1)) }
    guard Dimension.same(a[a.count - 1], b[b.count - 2]) != nil else {
      throw ShapeMismatch(
        "\(NodeShapes.text(a)) cannot be multiplied by \(NodeShapes.text(b))")
    }
    guard var result = Dimension.broadcast(Array(a.dropLast(2)), Array(b.dropLast(2))) else {
      throw ShapeMismatch("the products' stacks do not fit together")
    }
    if !isRow { result.append(a[a.count - 2]) }
    if !isColumn { result.append(b[b.count - 1]) }
    context.set(type: type, result)
  }

  private static func einsum(_ context: NodeShapes) throws {
    guard let equation = try context.node.text("equation") else {
      throw AttributeError("equation", .missing)
    }
    let inputs = context.node.inputs.indices.map { context.shape($0) }
    let parsed = try EinsumEquation(equation)
    context.set(type: context.type(0), try parsed.output(of: inputs))
  }
}
