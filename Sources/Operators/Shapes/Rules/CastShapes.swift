internal import ModelIR

/// Changes of the type of elements.
enum CastShapes {
  static let rules: [String: ShapeRule] = [
    "Cast": cast,
    "CastLike": { $0.set(type: $0.type(1), $0.shape(0)) },
  ]

  private static func cast(_ context: NodeShapes) throws {
    let target = try target(context)
    context.set(type: target, context.shape(0))
    // Numbers stay what they are between whole types that hold every extent.
    if target == .int64 || target == .int32, context.type(0).map(InferenceState.isWhole) == true {
      context.setNumbers(context.numbers(0))
    }
  }

  /// A number since opset 6, a word before.
  private static func target(_ context: NodeShapes) throws -> DataType? {
    if case .string = context.node.attribute("to") {
      let word = try context.node.text("to")?.lowercased() ?? ""
      return word == "float"
        ? .float32
        : word == "double"
          ? .float64
          : DataType.allCases.first { $0.name == word }
    }
    guard let type = try context.dataType("to") else { throw AttributeError("to", .missing) }
    return type
  }
}
