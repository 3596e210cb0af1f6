extension Model {
  /// Checks what every pass must leave behind: nodes after what they read, values made once,
  /// names that stand for one value in every scope.
  ///
  /// Errors: the first `GraphError` found. Complexity: linear in the model's size.
  public func validate() throws(GraphError) {
    var state = ValidationState(model: self)
    try state.check(mainGraph, outerNames: [])
    for function in functions { try state.check(function.body, outerNames: []) }
  }
}

/// One walk over a model: what is known so far, from the outside in.
private struct ValidationState {
  let model: Model
  var made: Set<ValueID> = []

  mutating func check(_ graph: GraphID, outerNames: Set<String>) throws(GraphError) {
    var names = outerNames
    let listed = Set(model[graph].inputs).union(model[graph].initializers)
    for value in listed.sorted() { try define(value, names: &names) }
    for id in model[graph].nodes where model.contains(id) {
      let node = model[id]
      for input in node.inputs.compactMap({ $0 }) where !made.contains(input) {
        throw .outOfOrder(node: id, value: model[input].name)
      }
      for body in node.bodies { try check(body, outerNames: names) }
      for output in node.outputs.compactMap({ $0 }) { try define(output, names: &names) }
    }
    for output in model[graph].outputs where !made.contains(output) {
      throw .dangling(value: model[output].name, reader: model[graph].nodes.last ?? NodeID(0))
    }
  }

  private mutating func define(_ value: ValueID, names: inout Set<String>) throws(GraphError) {
    guard made.insert(value).inserted else { throw .madeTwice(value: model[value].name) }
    guard names.insert(model[value].name).inserted else {
      throw .duplicateName(model[value].name)
    }
  }
}
