internal import ModelFormats
internal import ModelIR

/// Training information: what it changes is not constant; its graphs are checked and left alone.
extension ModelBuilder {
  func readTraining(_ messages: [TrainingMessage], _ scope: NameScope) throws {
    for (index, message) in messages.enumerated() {
      try context.at("training_info", index) {
        if let graph = message.initialization {
          try context.at("initialization") { try checkTensors(graph) }
        }
        if let graph = message.algorithm {
          try context.at("algorithm") { try checkTensors(graph) }
        }
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
  private func checkTensors(_ graph: GraphMessage) throws {
    for (index, tensor) in graph.initializers.enumerated() {
      _ = try context.at("initializer", index) { try context.tensor(tensor) }
    }
    for (index, tensor) in graph.sparseInitializers.enumerated() {
      _ = try context.at("sparse_initializer", index) { try context.tensor(tensor) }
    }
    for (index, node) in graph.nodes.enumerated() {
      try context.at("node", index) {
        try context.countNode()
        for (position, attribute) in node.attributes.enumerated() {
          try context.at("attribute", position) { try checkTensors(attribute) }
        }
      }
    }
  }

  private func checkTensors(_ attribute: AttributeMessage) throws {
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
    if let graph = attribute.graph { try context.at("g") { try checkTensors(graph) } }
    for (index, graph) in attribute.graphs.enumerated() {
      try context.at("graphs", index) { try checkTensors(graph) }
    }
  }
}
