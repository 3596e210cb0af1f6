internal import ModelIR

/// A graph that both models have.
struct GraphPair {
  /// Where it stands: "graph", "graph/If \"y\"/then_branch", "function my.block".
  var path: String
  /// In the original.
  var original: GraphID
  /// In the written model.
  var written: GraphID
  /// Whether its regions can be compared on their own.
  ///
  /// Inputs and outputs correspond, and it reads nothing from around it that only one model has.
  /// Else the node around it is compared whole.
  var isSeparable = true
  /// Whether what runs it is known to be a call with attributes of its own.
  var isFunction = false
}

/// A value as both models have it.
struct ValuePair: Hashable {
  /// In the original.
  var original: ValueID
  /// In the written model.
  var written: ValueID
}
