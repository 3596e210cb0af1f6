internal import ModelIR

/// The names of a graph's values, and those of the graphs around it.
final class NameScope {
  let graph: GraphID
  let isInFunction: Bool
  private let outer: NameScope?
  private var names: [String: ValueID] = [:]

  init(graph: GraphID, inside outer: NameScope? = nil, isInFunction: Bool = false) {
    self.graph = graph
    self.outer = outer
    self.isInFunction = isInFunction || outer?.isInFunction ?? false
  }

  /// The value of a name here or further out.
  func find(_ name: String) -> ValueID? {
    var scope: NameScope? = self
    while let current = scope {
      if let value = current.names[name] { return value }
      scope = current.outer
    }
    return nil
  }

  /// The value of a name in this graph.
  func own(_ name: String) -> ValueID? { names[name] }

  func define(_ name: String, _ value: ValueID) { names[name] = value }
}
