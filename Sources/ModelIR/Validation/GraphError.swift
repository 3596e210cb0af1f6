/// What makes a model, or a change to one, impossible.
public enum GraphError: Error, Sendable, Hashable {
  /// A patch drawn for another state of the model.
  case stalePatch(rule: String)
  /// A node that is not there.
  case noSuchNode(NodeID)
  /// A value that something still reads and nothing makes any more.
  case dangling(value: String, reader: NodeID)
  /// A value made by two nodes.
  case madeTwice(value: String)
  /// A node that stands before one whose output it reads.
  case outOfOrder(node: NodeID, value: String)
  /// A name that stands for two values of one scope.
  case duplicateName(String)
  /// A new tensor of another type or shape than what it replaces.
  case wrongType(value: String, found: String, expected: String)
}
