internal import ModelIR

/// Where the records of nodes stand in their messages, by node id.
///
/// A table instead of a dictionary: graphs have up to millions of nodes.
struct NodePlaces {
  private struct Entry {
    var graph: Int
    var position: Int
    var isKept: Bool
  }

  private var entries: [Entry]

  init(count: Int) {
    entries = Array(repeating: Entry(graph: -1, position: -1, isKept: false), count: count)
  }

  /// Notes the record of a node of a graph as it was read.
  mutating func put(_ node: NodeID, of graph: GraphID, at position: Int) {
    entries[node.index] = Entry(graph: graph.index, position: position, isKept: false)
  }

  /// Marks a node as staying; false where it is none of that graph as it was read.
  mutating func keep(_ node: NodeID, in graph: GraphID) -> Bool {
    guard position(of: node, in: graph) != nil else { return false }
    entries[node.index].isKept = true
    return true
  }

  func isKept(_ node: NodeID) -> Bool { entries[node.index].isKept }

  /// The record of a node of a graph as it was read.
  func position(of node: NodeID, in graph: GraphID) -> Int? {
    guard entries.indices.contains(node.index), entries[node.index].graph == graph.index else {
      return nil
    }
    return entries[node.index].position
  }
}
