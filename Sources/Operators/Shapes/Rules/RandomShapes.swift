internal import ModelIR

/// Random numbers.
enum RandomShapes {
  static let rules: [String: ShapeRule] = [
    "RandomNormal": given, "RandomUniform": given,
    "RandomNormalLike": like, "RandomUniformLike": like, "Bernoulli": like,
    "Multinomial": { context in
      let count = try context.node.int("sample_size", or: 1)
      context.set(
        type: try context.dataType("dtype") ?? .int32,
        [context.shape(0)?.first ?? .unknown, .known(count)])
    },
  ]

  private static func given(_ context: NodeShapes) throws {
    guard let shape = try context.node.ints("shape") else {
      throw AttributeError("shape", .missing)
    }
    context.set(type: try context.dataType("dtype") ?? .float32, shape.map { .known($0) })
  }

  private static func like(_ context: NodeShapes) throws {
    context.set(type: try context.dataType("dtype") ?? context.type(0), context.shape(0))
  }
}
