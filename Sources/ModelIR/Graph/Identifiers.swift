/// A node of a model; unique over all its graphs.
public struct NodeID: Sendable, Hashable, Comparable {
  /// Position in the model's arena.
  public let index: Int
  /// The node at a position of the arena.
  public init(_ index: Int) { self.index = index }
  /// Older nodes come first.
  public static func < (a: NodeID, b: NodeID) -> Bool { a.index < b.index }
}

/// A value (an edge) of a model; unique over all its graphs.
public struct ValueID: Sendable, Hashable, Comparable {
  /// Position in the model's arena.
  public let index: Int
  /// The value at a position of the arena.
  public init(_ index: Int) { self.index = index }
  /// Older values come first.
  public static func < (a: ValueID, b: ValueID) -> Bool { a.index < b.index }
}

/// A graph of a model: the main one, the body of an If, Loop or Scan, or of a function.
public struct GraphID: Sendable, Hashable, Comparable {
  /// Position in the model's list of graphs.
  public let index: Int
  /// The graph at a position of the list.
  public init(_ index: Int) { self.index = index }
  /// Older graphs come first.
  public static func < (a: GraphID, b: GraphID) -> Bool { a.index < b.index }
}
