internal import ModelIR

/// Normalizations: the output is like the input, statistics are smaller.
enum NormalizationShapes {
  static let rules: [String: ShapeRule] = [
    "BatchNormalization": batch,
    "InstanceNormalization": { $0.setSame() },
    "GroupNormalization": { $0.setSame() },
    "RMSNormalization": { $0.set(type: $0.type(1) ?? $0.type(0), $0.shape(0)) },
    "LayerNormalization": layer,
  ]

  private static func batch(_ context: NodeShapes) throws {
    context.setSame()
    let channels = context.shape(3) ?? context.shape(1)
    for output in 1..<max(1, context.node.outputs.count) {
      context.set(output, type: context.type(3) ?? context.type(0), channels)
    }
  }

  private static func layer(_ context: NodeShapes) throws {
    context.setSame()
    let type = try context.dataType("stash_type") ?? .float32
    guard let input = context.shape(0) else {
      for output in 1...2 { context.set(output, type: type, nil) }
      return
    }
    let first = try ShapeAttributes.axis(context.node, or: -1, rank: input.count)
    let statistics = input.enumerated().map { $0.offset < first ? $0.element : .known(1) }
    for output in 1...2 { context.set(output, type: type, statistics) }
  }
}
