internal import ModelIR
internal import Operators

/// A node that passes its input on as it is goes.
///
/// Conditions, each sufficient for the elements, their type, their order and the shape to stay:
///
///     Identity; Dropout in inference mode whose mask nobody reads
///     Cast to the type the input has
///     Concat, Sum, Max, Min, Mean of one input; Split into one part
///     Reshape, Flatten, Squeeze, Unsqueeze, Expand, Tile to the shape the input has
///     Transpose that moves extents of 1 alone and gives the shape the input has
///     Pad by nothing; Slice of everything; Resize and Upsample to the extents the input has,
///     where sizes or scales of exactly 1 say so
///     pools with a kernel and strides of 1 and without pads; reductions over no axes
struct PassedOnWhole: SimplificationRule {
  let name = "passed-on-whole"
  let operators: Set<String>? = [
    "Identity", "Dropout", "Cast", "Concat", "Sum", "Max", "Min", "Mean", "Split", "Reshape",
    "Flatten", "Squeeze", "Unsqueeze", "Expand", "Tile", "Transpose", "Pad", "Slice", "Resize",
    "Upsample", "MaxPool", "AveragePool",
  ]

  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft? {
    let node = context.node(id)
    guard let input = node.input(0), let output = node.output(0),
      node.outputs.dropFirst().allSatisfy({ context.isUnused($0) }),
      (try? passesOn(id, node, input, output, context)) == true
    else { return nil }
    var draft = context.draft(id)
    guard draft.replace(output, by: input) else { return nil }
    draft.remove(id)
    return draft
  }

  private func passesOn(
    _ id: NodeID, _ node: Node, _ input: ValueID, _ output: ValueID,
    _ context: SimplificationContext
  ) throws(AttributeError) -> Bool {
    switch node.opType {
    case "Identity":
      return true
    case "Dropout":
      return try isInference(id, node, context)
    case "Cast":
      guard let type = context.dataType(input), let to = try node.int("to") else { return false }
      return to == Int(type.rawValue)
    case "Concat", "Sum", "Max", "Min", "Mean":
      return node.inputs.count == 1
    case "Split":
      return node.outputs.count == 1 && context.haveSameShape(input, output)
    case "Reshape", "Flatten", "Squeeze", "Unsqueeze":
      return context.haveSameShape(input, output, sameCount: true)
    case "Expand", "Tile":
      return context.haveSameShape(input, output) || repeatsNothing(node, input, context)
    case "Transpose":
      return try context.keepsOrder(node) && context.haveSameShape(input, output)
    case "Pad":
      return try pads(node, context)?.allSatisfy { $0 == 0 } == true
    case "Slice":
      return try takesEverything(id, node, input, output, context)
    case "Resize", "Upsample":
      return keepsScale(id, node, input, output, context)
    default:
      return try isPoint(node, input, context)
    }
  }

  // MARK: Operators

  private func isInference(
    _ id: NodeID, _ node: Node, _ context: SimplificationContext
  ) throws(AttributeError) -> Bool {
    switch try DropoutAttributes(node, opset: context.opset(id)).mode {
    case .inference: true
    case .training: false
    case .givenBy(let flag): context.integers(flag) == [0]
    }
  }

  /// Tile by ones; Expand to a shape of ones that is not longer than the input's.
  private func repeatsNothing(
    _ node: Node, _ input: ValueID, _ context: SimplificationContext
  ) -> Bool {
    guard let request = context.integers(node.input(1)), request.allSatisfy({ $0 == 1 }) else {
      return false
    }
    if node.opType == "Tile" { return node.inputs.count == 2 }
    return context.dimensions(input).map { request.count <= $0.count } ?? false
  }

  /// The pads of a Pad in any opset.
  private func pads(
    _ node: Node, _ context: SimplificationContext
  ) throws(AttributeError) -> [Int]? {
    if let stated = try node.ints("pads") { return stated }
    if let stated = try node.ints("paddings") { return stated }
    return context.integers(node.input(1))
  }

  private func takesEverything(
    _ id: NodeID, _ node: Node, _ input: ValueID, _ output: ValueID,
    _ context: SimplificationContext
  ) throws(AttributeError) -> Bool {
    guard let slice = try SliceRequest(node, in: context) else { return false }
    guard slice.steps.allSatisfy({ $0 == 1 }) else { return false }
    // From the first to beyond any extent, or to the extent itself.
    if slice.isUnbounded { return true }
    return context.haveSameShape(input, output)
  }

  /// Every scale is 1, or every size is the extent it has.
  private func keepsScale(
    _ id: NodeID, _ node: Node, _ input: ValueID, _ output: ValueID,
    _ context: SimplificationContext
  ) -> Bool {
    guard context.haveSameShape(input, output) else { return false }
    if node.opType == "Upsample" || context.opset(id) < 11 {
      if let scales = try? node.floats("scales") { return scales.allSatisfy { $0 == 1 } }
      return (try? context.constant(node.input(1))?.floats().allSatisfy { $0 == 1 }) == true
    }
    guard (try? node.text("coordinate_transformation_mode")) != "tf_crop_and_resize" else {
      return false
    }
    if node.input(3) != nil { return context.integers(node.input(3)) != nil }
    return (try? context.constant(node.input(2))?.floats().allSatisfy { $0 == 1 }) == true
  }

  private func isPoint(
    _ node: Node, _ input: ValueID, _ context: SimplificationContext
  ) throws(AttributeError) -> Bool {
    guard let rank = context.dimensions(input)?.count, rank > 2 else { return false }
    let pool = try PoolAttributes(node, spatialRank: rank - 2)
    return pool.kernel.allSatisfy { $0 == 1 } && pool.window.strides.allSatisfy { $0 == 1 }
      && pool.window.isUnpadded
  }
}
