internal import ModelIR

/// Whole numbers that follow from shapes (Shape, and what Gather, Concat and arithmetic make of it)
/// become a constant, so that exported chains of them vanish.
///
/// Condition: an int64 or int32 scalar or vector of which shape inference knows every element from
/// the extents of inputs and initializers; it is no output of its graph.
struct KnownNumbers: SimplificationRule {
  let name = "known-numbers"
  let operators: Set<String>? = nil

  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft? {
    let node = context.node(id)
    let outputs = node.outputs.compactMap { $0 }
    guard node.opType != "Constant", outputs.count == 1, let output = outputs.first,
      !context.isGraphOutput(output), let numbers = context.numbers(output),
      let type = context.dataType(output), let rank = context.dimensions(output)?.count, rank <= 1,
      context.holdsInitializers(node.graph)
    else { return nil }
    let known = numbers.compactMap(\.value)
    guard known.count == numbers.count, rank == 1 || known.count == 1 else { return nil }
    let shape: TensorShape = rank == 0 ? .scalar : .vector(known.count)
    guard let tensor = Self.tensor(known, type, shape) else { return nil }
    context.session.forgetConstant(output)
    return ConstantFolding.draft(id, [(output, tensor)], context)
  }

  /// Whole numbers as a tensor of their type.
  static func tensor(_ numbers: [Int], _ type: DataType, _ shape: TensorShape) -> Tensor? {
    switch type {
    case .int64: return Tensor(numbers.map { Int64($0) }, shape: shape)
    case .int32:
      let narrow = numbers.compactMap { Int32(exactly: $0) }
      guard narrow.count == numbers.count else { return nil }
      let bytes = narrow.flatMap { number in
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
      }
      return Tensor(dataType: .int32, shape: shape, bytes: bytes)
    default: return nil
    }
  }
}
