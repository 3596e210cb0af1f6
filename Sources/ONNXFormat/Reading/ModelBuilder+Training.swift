internal import ModelFormats
internal import ModelIR

/// Training information: its graphs are checked and left alone.
///
/// What it changes is not constant. Nor is what it reads by name: that has to stay where it is.
extension ModelBuilder {
  func readTraining(_ messages: [TrainingMessage], _ scope: NameScope) throws {
    for (index, message) in messages.enumerated() {
      try context.at("training_info", index) {
        if let graph = message.initialization {
          try context.at("initialization") { try checkTensors(graph, scope) }
        }
        if let graph = message.algorithm {
          try context.at("algorithm") { try checkTensors(graph, scope) }
        }
        for binding in message.initializationBindings { keep(binding.key, scope) }
        for binding in message.updateBindings {
          guard let value = scope.own(binding.key) else {
            context.note(
              .warning,
              "update_binding names \"\(binding.key.printable())\", which the graph does not have")
            continue
          }
          markMutable(value)
        }
      }
    }
  }

  /// External data of training graphs are held to the same rules as all others.
  private func checkTensors(_ graph: GraphMessage, _ scope: NameScope) throws {
    for (index, tensor) in graph.initializers.enumerated() {
      _ = try context.at("initializer", index) { try context.tensor(tensor) }
    }
    for (index, tensor) in graph.sparseInitializers.enumerated() {
      _ = try context.at("sparse_initializer", index) { try context.tensor(tensor) }
    }
    for (index, node) in graph.nodes.enumerated() {
      try context.at("node", index) {
        try context.countNode()
        for name in node.inputs { keep(name, scope) }
        for (position, attribute) in node.attributes.enumerated() {
          try context.at("attribute", position) { try checkTensors(attribute, scope) }
        }
      }
    }
  }

  private func keep(_ name: String, _ scope: NameScope) {
    if let value = scope.own(name) { markMutable(value) }
  }

  private func checkTensors(_ attribute: AttributeMessage, _ scope: NameScope) throws {
    if let tensor = attribute.tensor { _ = try context.at("t") { try context.tensor(tensor) } }
    if let tensor = attribute.sparseTensor {
      _ = try context.at("sparse_tensor") { try context.tensor(tensor) }
    }
    for (index, tensor) in attribute.tensors.enumerated() {
      _ = try context.at("tensors", index) { try context.tensor(tensor) }
    }
    for (index, tensor) in attribute.sparseTensors.enumerated() {
      _ = try context.at("sparse_tensors", index) { try context.tensor(tensor) }
    }
    if let graph = attribute.graph { try context.at("g") { try checkTensors(graph, scope) } }
    for (index, graph) in attribute.graphs.enumerated() {
      try context.at("graphs", index) { try checkTensors(graph, scope) }
    }
  }
}
