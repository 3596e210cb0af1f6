internal import ModelIR

/// A call that was replaced by the body of its function.
struct InlinedCall {
  /// The call.
  var call: NodeID
  /// What it was.
  var node: Node
  /// The body of the function it called.
  var function: GraphID
  /// The nodes that stand in its place.
  var nodes: [NodeID]
  /// The nodes of the function's body that these are copies of, as far as they are copies.
  var bodyNodes: [NodeID]
  /// The call, or the one around it that stands in the input model.
  var outermost: NodeID
}
