extension Model {
  /// The tensor of an initializer or of a Constant node's `value`; nil for other values.
  public func storedConstant(_ value: ValueID) -> Tensor? {
    if let tensor = self[value].initializer { return tensor }
    guard let maker = producer(of: value), self[maker].isStandard("Constant"),
      case .tensor(let tensor)? = self[maker].attribute("value")
    else { return nil }
    return tensor
  }

  /// Puts another tensor in the place of an initializer, under its name, and lets all its readers
  /// read that one; returns the value that stands for it.
  ///
  /// What is computed from it has other numbers then, under the names it had: this is for those who
  /// want another model.
  @discardableResult
  public mutating func exchangeInitializer(_ old: ValueID, with tensor: Tensor) -> ValueID {
    var value = self[old]
    value.initializer = tensor
    let new = addValue(value)
    let graph = value.graph
    for position in graphs.indices {
      let id = GraphID(position)
      if position == graph.index {
        self[id].initializers = self[id].initializers.map { $0 == old ? new : $0 }
        self[id].inputs = self[id].inputs.map { $0 == old ? new : $0 }
      }
      self[id].outputs = self[id].outputs.map { $0 == old ? new : $0 }
    }
    for position in nodes.indices {
      let id = NodeID(position)
      guard contains(id), self[id].inputs.contains(old) else { continue }
      self[id].inputs = self[id].inputs.map { $0 == old ? new : $0 }
    }
    return new
  }
}
