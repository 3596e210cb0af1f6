internal import ModelIR

/// If, Loop, Scan and SequenceMap: their bodies are inferred where they stand.
enum ControlShapes {
  static let rules: [String: ShapeRule] = [
    "If": choose, "Loop": loop, "Scan": scan,
    "SequenceMap": { context in
      guard let body = try context.node.graph("body") else { return }
      // Elements differ in extents; the body sees what is known of all.
      for (position, input) in context.state.model[body].inputs.enumerated() {
        if case .sequence(let element) = context.valueType(position) {
          context.state.enter(input, element)
        } else {
          context.state.enter(input, context.valueType(position))
        }
      }
      guard context.state.visit(body) else { return }
      for (position, output) in context.state.model[body].outputs.enumerated() {
        context.set(position, context.state.types[output.index].map { .sequence($0) })
      }
    },
  ]

  private static func choose(_ context: NodeShapes) throws {
    let state = context.state
    var results: [[ValueType?]] = []
    for name in ["then_branch", "else_branch"] {
      guard let body = try context.node.graph(name) else { throw AttributeError(name, .missing) }
      guard state.visit(body) else { return }
      results.append(state.model[body].outputs.map { state.types[$0.index] })
    }
    for position in context.node.outputs.indices
    where position < results[0].count && position < results[1].count {
      if let a = results[0][position], let b = results[1][position] {
        context.set(position, SequenceShapes.either(a, b))
      }
    }
  }

  /// Loop: inputs M, condition, carried…; body: iteration, condition, carried… → condition,
  /// carried…, scanned….
  private static func loop(_ context: NodeShapes) throws {
    guard let id = try context.node.graph("body") else { throw AttributeError("body", .missing) }
    let state = context.state
    let body = state.model[id]
    let carried = max(0, context.node.inputs.count - 2)
    guard body.inputs.count == carried + 2, body.outputs.count >= carried + 1 else {
      throw ShapeMismatch("the body takes \(body.inputs.count) values, not \(carried + 2)")
    }
    state.enter(body.inputs[0], .tensor(.int64, []))
    state.enter(body.inputs[1], .tensor(.bool, []))
    let initial = (0..<carried).map { context.valueType($0 + 2) }
    let final = state.repeatedVisit(
      id, inputs: Array(body.inputs[2...]), outputs: Array(body.outputs[1..<(carried + 1)]),
      initial: initial)
    guard let final else { return }
    for position in final.indices { context.set(position, final[position]) }
    // As many of each as there were iterations, which is M at most.
    for position in carried..<max(carried, context.node.outputs.count)
    where position + 1 < body.outputs.count {
      let one = state.types[body.outputs[position + 1].index]
      guard let type = one else { continue }
      context.set(
        position, .tensor(type.dataType, type.dimensions.map { [.unknown] + $0 }))
    }
  }

  /// Scan from opset 9 on: inputs states…, scanned…; body: states…, elements… → states…,
  /// elements….
  private static func scan(_ context: NodeShapes) throws {
    guard let id = try context.node.graph("body") else { throw AttributeError("body", .missing) }
    let node = context.node
    let state = context.state
    let body = state.model[id]
    // Opset 8 put a batch in front of everything; nothing uses it any more.
    guard context.opset >= 9 else { return }
    let scanned = try node.int("num_scan_inputs", or: 0)
    let states = node.inputs.count - scanned
    guard scanned >= 1, states >= 0, body.inputs.count == node.inputs.count,
      body.outputs.count >= states, body.outputs.count >= node.outputs.count
    else { throw ShapeMismatch("the body's values are not those of the node") }
    let axes = try node.ints("scan_input_axes") ?? []
    var length = Dimension.unknown
    for position in 0..<scanned {
      guard let type = context.valueType(states + position), var shape = type.dimensions else {
        state.enter(body.inputs[states + position], .tensor(context.type(states + position), nil))
        continue
      }
      let stated = axes.indices.contains(position) ? axes[position] : 0
      let axis = try context.axis(stated, rank: shape.count)
      length = Dimension.same(length, shape[axis]) ?? length
      shape.remove(at: axis)
      state.enter(body.inputs[states + position], .tensor(type.dataType, shape))
    }
    let final = state.repeatedVisit(
      id, inputs: Array(body.inputs[..<states]), outputs: Array(body.outputs[..<states]),
      initial: (0..<states).map { context.valueType($0) })
    guard let final else { return }
    for position in final.indices { context.set(position, final[position]) }
    let outputAxes = try node.ints("scan_output_axes") ?? []
    for position in states..<max(states, node.outputs.count) {
      guard let type = state.types[body.outputs[position].index] else { continue }
      var shape = type.dimensions
      if let rank = shape?.count {
        let index = position - states
        let stated = outputAxes.indices.contains(index) ? outputAxes[index] : 0
        shape?.insert(length, at: try context.axis(stated, rank: rank + 1))
      }
      context.set(position, .tensor(type.dataType, shape))
    }
  }
}
