public import ModelIR
internal import Operators

/// Takes batch normalizations in training mode for inference: they use the mean and variance that
/// are stored, and their further outputs (running and saved statistics) go.
///
/// From opset 14 on `training_mode` becomes 0; before 7 `is_test` becomes 1; between them the number
/// of outputs decides. One whose further outputs are read, or that has no stored statistics to use,
/// cannot be taken so.
/// Source: ONNX Changelog, BatchNormalization 1, 6, 7, 9, 14, 15.
public struct InferenceEdit: ModelEdit {
  /// Makes the edit.
  public init() {}

  /// Puts every batch normalization into inference mode.
  public func apply(to model: inout Model) throws(ModelEditError) -> [String] {
    let uses = UseIndex(model)
    var notes: [String] = []
    for graph in model.graphs.indices.map({ GraphID($0) }) {
      for id in model[graph].nodes where model.contains(id) {
        let node = model[id]
        guard node.isStandard("BatchNormalization") else { continue }
        let opset = model.standardOpset(in: graph)
        guard let attributes = try? BatchNormalizationAttributes(node, opset: opset),
          !attributes.isInference || attributes.hasExtraOutputs
        else { continue }
        try check(node, uses, model)
        model[id] = inferring(node, opset)
        notes.append("\(Blocker(id, in: model)) is in training mode: taken as inference")
      }
    }
    return notes
  }

  private func check(_ node: Node, _ uses: UseIndex, _ model: Model) throws(ModelEditError) {
    for output in node.outputs.dropFirst().compactMap({ $0 }) where !uses.isUnused(output) {
      throw ModelEditError(
        """
        "\(model[output].name)" holds statistics of the batch that something reads: \
        BatchNormalization "\(Blocker.name(of: node, in: model))" cannot be taken as inference
        """)
    }
  }

  private func inferring(_ node: Node, _ opset: Int) -> Node {
    var node = node
    node.outputs = Array(node.outputs.prefix(1))
    if opset >= 14 {
      node.attributes.removeAll { $0.name == "training_mode" }
    } else if opset < 7 {
      node.setAttribute("is_test", .int(1))
    }
    return node
  }
}
