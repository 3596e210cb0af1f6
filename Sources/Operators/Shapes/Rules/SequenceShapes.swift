internal import ModelIR

/// Lists of values, and values that may be absent.
enum SequenceShapes {
  static let rules: [String: ShapeRule] = [
    "SequenceConstruct": construct, "SequenceEmpty": empty, "SequenceInsert": insert,
    "SequenceErase": { $0.setSame() }, "SequenceAt": at,
    "SequenceLength": { $0.set(type: .int64, []) },
    "SplitToSequence": splitToSequence, "ConcatFromSequence": concatFromSequence,
    "Optional": optional, "OptionalHasElement": { $0.set(type: .bool, []) },
    "OptionalGetElement": getElement,
  ]

  private static func construct(_ context: NodeShapes) throws {
    var joined: ValueType?
    for input in context.node.inputs.indices {
      guard let type = context.valueType(input) else { return }
      joined = joined.map { either($0, type) } ?? type
    }
    context.set(0, joined.map { .sequence($0) })
  }

  private static func empty(_ context: NodeShapes) throws {
    context.set(0, .sequence(.tensor(try context.dataType("dtype") ?? .float32, nil)))
  }

  private static func insert(_ context: NodeShapes) throws {
    guard case .sequence(let element) = context.valueType(0), let new = context.valueType(1) else {
      return
    }
    // Nothing is known of the elements of an empty list, so only the type stays.
    context.set(0, .sequence(either(element, new)))
  }

  private static func at(_ context: NodeShapes) throws {
    if case .sequence(let element) = context.valueType(0) { context.set(0, element) }
  }

  private static func splitToSequence(_ context: NodeShapes) throws {
    guard var shape = context.shape(0) else {
      context.set(0, .sequence(.tensor(context.type(0), nil)))
      return
    }
    let axis = try ShapeAttributes.axis(context.node, or: 0, rank: shape.count)
    if !context.has(1) {
      shape[axis] = .known(1)
      if try !context.node.flag("keepdims", or: true) { shape.remove(at: axis) }
    } else {
      shape[axis] = .unknown
    }
    context.set(0, .sequence(.tensor(context.type(0), shape)))
  }

  private static func concatFromSequence(_ context: NodeShapes) throws {
    guard case .sequence(let element) = context.valueType(0) else { return }
    guard var shape = element.dimensions else {
      context.set(type: element.dataType, nil)
      return
    }
    guard let axis = try context.node.int("axis") else { throw AttributeError("axis", .missing) }
    if try context.node.flag("new_axis") {
      shape.insert(.unknown, at: try context.axis(axis, rank: shape.count + 1))
    } else {
      shape[try context.axis(axis, rank: shape.count)] = .unknown
    }
    context.set(type: element.dataType, shape)
  }

  private static func optional(_ context: NodeShapes) throws {
    if let type = context.valueType(0) {
      context.set(0, .optional(type))
    } else if case .type(let type) = context.node.attribute("type") {
      context.set(0, .optional(type))
    }
  }

  private static func getElement(_ context: NodeShapes) throws {
    if case .optional(let type) = context.valueType(0) {
      context.set(0, type)
    } else {
      context.setSame()
    }
  }

  /// What is known of a value that is one or the other.
  static func either(_ a: ValueType, _ b: ValueType) -> ValueType {
    switch (a, b) {
    case (.tensor(let x, let left), .tensor(let y, let right)):
      var shape: [Dimension]?
      if let left, let right, left.count == right.count {
        shape = zip(left, right).map { Dimension.either($0, $1) }
      }
      return .tensor(x == y ? x : nil, shape)
    case (.sequence(let x), .sequence(let y)): return .sequence(either(x, y))
    case (.optional(let x), .optional(let y)): return .optional(either(x, y))
    default: return a == b ? a : .tensor(nil, nil)
    }
  }
}
