internal import ModelIR

/// A part of a graph between values that both models have, in both forms.
struct Region {
  /// The pair of graphs in which it lies.
  var graph: Int
  /// Its nodes in the original, in topological order; constants are not among them.
  var originalNodes: [NodeID] = []
  /// Its nodes in the written model, in topological order.
  var writtenNodes: [NodeID] = []
  /// Values that go in.
  var inputs: [ValuePair] = []
  /// Values that come out.
  var outputs: [ValuePair] = []
  /// Names of values that go into one form and that the other model does not have.
  var foreignInputs: [String] = []
}
