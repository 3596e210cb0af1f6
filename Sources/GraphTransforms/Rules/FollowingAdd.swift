internal import ModelIR

/// The Add of a constant that alone reads a MatMul's result: its bias, in all but name.
struct FollowingAdd {
  let id: NodeID
  var node: Node
  let place: BiasPlace

  /// Nil where another node follows, or the constant cannot hold one number per channel of `axis`.
  init?(_ visit: Visit, _ bias: BiasPlace, axis: Int, rank: Int) throws(KeepReason) {
    let session = visit.session
    let output = try visit.output()
    guard let use = session.uses.soleUse(of: output, in: session.model) else { return nil }
    let follower = Visit(use.node, session)
    guard follower.node.isStandard("Add"), follower.node.inputs.count == 2, follower.opset >= 7,
      follower.isConstant(1 - use.input)
    else { return nil }
    let tensor = try follower.weight(1 - use.input)
    var shape = tensor.shape.dimensions
    guard shape.count <= rank else { return nil }
    let behind = rank - 1 - axis
    while shape.count <= behind { shape.insert(1, at: 0) }
    let position = shape.count - 1 - behind
    guard shape[position] == 1 || shape[position] == bias.shape.dimensions[0] else { return nil }
    shape[position] = bias.shape.dimensions[0]
    guard let grown = TensorShape(shape) else { return nil }
    id = use.node
    node = follower.node
    place = BiasPlace(
      position: 1 - use.input, tensor: tensor, dataType: tensor.dataType, shape: grown,
      index: .axis(position))
  }
}
