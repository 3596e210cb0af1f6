import ModelIR

/// Evaluates a model by the plainest loops, in Double; knows the operators of these tests only.
struct ReferenceEvaluator {
  struct Unknown: Error { var opType: String }

  let model: Model
  /// Takes folded tensors before they are rounded to their type.
  var unrounded = false

  func run(_ inputs: [ValueID: Reference]) throws -> [Reference] {
    var values = inputs
    return try run(model.mainGraph, &values)
  }

  /// Every value of the main graph.
  func allValues(_ inputs: [ValueID: Reference]) throws -> [ValueID: Reference] {
    var values = inputs
    _ = try run(model.mainGraph, &values)
    return values
  }

  private func run(
    _ graph: GraphID, _ values: inout [ValueID: Reference]
  ) throws -> [Reference] {
    for id in model[graph].initializers where values[id] == nil {
      if let tensor = model[id].initializer { values[id] = try reference(tensor) }
    }
    for id in model[graph].nodes {
      let node = model[id]
      let inputs = node.inputs.map { $0.flatMap { values[$0] } }
      let outputs: [Reference]
      if node.opType == "If" {
        let branch = inputs[0]?.values[0] == 0 ? "else_branch" : "then_branch"
        guard case .graph(let body) = node.attribute(branch) else {
          throw Unknown(opType: "If")
        }
        var scope = values
        outputs = try run(body, &scope)
      } else {
        outputs = try ReferenceOperators(node, inputs, opset: model.opsets[""] ?? 17).outputs()
      }
      for (output, result) in zip(node.outputs, outputs) {
        if let output { values[output] = result }
      }
    }
    return model[graph].outputs.compactMap { values[$0] }
  }

  func reference(_ tensor: Tensor) throws -> Reference {
    var tensor = tensor
    if unrounded, case .derived = tensor.storage { tensor.dataType = .float64 }
    return Reference(tensor.shape.dimensions, try tensor.doubles())
  }
}
