internal import ModelIR

/// Operators whose output depends on the numbers they read.
enum SelectionShapes {
  static let rules: [String: ShapeRule] = [
    "TopK": topK, "NonZero": nonZero, "Compress": compress, "Unique": unique,
    "NonMaxSuppression": { $0.set(type: .int64, [.unknown, .known(3)]) },
    "NegativeLogLikelihoodLoss": loss, "SoftmaxCrossEntropyLoss": loss,
  ]

  private static func topK(_ context: NodeShapes) throws {
    guard var output = context.shape(0) else {
      context.set(type: context.type(0), nil)
      context.set(1, type: .int64, nil)
      return
    }
    let axis = try ShapeAttributes.axis(context.node, or: -1, rank: output.count)
    if context.opset < 10 {
      guard let count = try context.node.int("k") else { throw AttributeError("k", .missing) }
      output[axis] = .known(count)
    } else {
      output[axis] = context.numbers(1)?.first ?? .unknown
    }
    context.set(type: context.type(0), output)
    context.set(1, type: .int64, output)
  }

  private static func nonZero(_ context: NodeShapes) throws {
    // A scalar counts as a vector of one.
    let rank = context.rank(0).map { Dimension.known(max(1, $0)) }
    context.set(type: .int64, [rank ?? .unknown, .unknown])
  }

  private static func compress(_ context: NodeShapes) throws {
    guard let axis = try context.node.int("axis") else {
      context.set(type: context.type(0), [.unknown])
      return
    }
    guard var output = context.shape(0) else { return }
    output[try context.axis(axis, rank: output.count)] = .unknown
    context.set(type: context.type(0), output)
  }

  private static func unique(_ context: NodeShapes) throws {
    var output: [Dimension]? = [.unknown]
    if let axis = try context.node.int("axis") {
      output = context.shape(0)
      if let rank = output?.count { output?[try context.axis(axis, rank: rank)] = .unknown }
    }
    context.set(type: context.type(0), output)
    for position in 1...3 { context.set(position, type: .int64, [.unknown]) }
  }

  private static func loss(_ context: NodeShapes) throws {
    let reduces = try context.node.text("reduction") ?? "mean" != "none"
    context.set(type: context.type(0), reduces ? [] : context.shape(1))
    context.set(1, type: context.type(0), context.shape(0))
  }
}
