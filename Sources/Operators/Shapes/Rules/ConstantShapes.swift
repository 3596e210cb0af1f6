internal import ModelIR

/// Constants, and what the shapes of values turn into.
enum ConstantShapes {
  static let rules: [String: ShapeRule] = [
    "Constant": constant, "ConstantOfShape": constantOfShape, "Shape": shapeOf, "Size": sizeOf,
    "Range": range,
  ]

  private static func constant(_ context: NodeShapes) throws {
    guard let output = context.node.output(0),
      case .constant(let tensor) = ConstantNode.constancy(context.node, context.id)
    else { return }
    context.set(type: tensor.dataType, tensor.shape.dimensions.map { .known($0) })
    if tensor.shape.elementCount <= context.state.options.maximumElements {
      context.state.constants[output] = tensor
    }
  }

  private static func constantOfShape(_ context: NodeShapes) throws {
    let fill = try context.node.tensor("value")
    let extents = context.numbers(0)
    if let bad = extents?.first(where: { ($0.value ?? 0) < 0 }) {
      throw ShapeMismatch("input 0 asks for an extent of \(bad.value ?? 0)")
    }
    let rank = context.shape(0)?.first?.value
    context.set(
      type: fill?.dataType ?? (fill == nil ? .float32 : nil),
      extents ?? rank.flatMap(UnknownShape.ofRank))
    guard let fill, InferenceState.isWhole(fill.dataType), let element = try? fill.int64s().first,
      let extents, extents.count <= 1, let count = Dimension.product(extents).value,
      count <= 1 << 10
    else { return }
    context.setNumbers([Dimension](repeating: .known(Int(element)), count: count))
  }

  private static func shapeOf(_ context: NodeShapes) throws {
    guard let shape = context.shape(0) else {
      context.set(type: .int64, [.unknown])
      return
    }
    // start and end came with opset 15.
    let start = clamp(try context.node.int("start", or: 0), shape.count)
    let end = clamp(try context.node.int("end", or: shape.count), shape.count)
    let part = start < end ? Array(shape[start..<end]) : []
    context.set(type: .int64, [.known(part.count)])
    context.setNumbers(part)
  }

  private static func clamp(_ position: Int, _ rank: Int) -> Int {
    min(max(position < 0 ? position &+ rank : position, 0), rank)
  }

  private static func sizeOf(_ context: NodeShapes) throws {
    context.set(type: .int64, [])
    if let shape = context.shape(0) { context.setNumbers([.product(shape)]) }
  }

  /// ⌈(limit − start) / step⌉ in Double, or 0.
  private static func floatCount(_ context: NodeShapes) -> Int? {
    let parts = (0..<3).compactMap { context.constant($0) }.compactMap { try? $0.doubles().first }
    guard parts.count == 3 else { return nil }
    let count = ((parts[1] - parts[0]) / parts[2]).rounded(.up)
    return count.isFinite && count < 0x1p62 ? Int(max(0, count)) : nil
  }

  private static func range(_ context: NodeShapes) throws {
    let type = context.type(0)
    guard let start = context.integers(0)?.first, let limit = context.integers(1)?.first,
      let step = context.integers(2)?.first, step != 0
    else {
      // Range(0, n, 1) has n elements, whatever n is.
      if context.integers(0) == [0], context.integers(2) == [1],
        let limit = context.numbers(1)?.first
      {
        context.set(type: type, [limit])
      } else {
        context.set(type: type, [floatCount(context).map { .known($0) } ?? .unknown])
      }
      return
    }
    let (span, overflow) = limit.subtractingReportingOverflow(start)
    guard !overflow, step != .min, span != .min else { return context.set(type: type, [.unknown]) }
    let whole = span / step
    let count = max(0, whole + (span % step != 0 && (span > 0) == (step > 0) ? 1 : 0))
    context.set(type: type, [.known(count)])
    guard count <= 1 << 10 else { return }
    context.setNumbers((0..<count).map { .known(start + $0 * step) })
  }
}
