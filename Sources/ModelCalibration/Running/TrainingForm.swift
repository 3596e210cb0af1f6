internal import ModelIR
internal import Operators

/// A model in which some batch normalizations use the statistics of the mini-batch.
///
/// From opset 14 on `training_mode` is 1; before 7 `is_test` is 0; between them the number of
/// outputs decides. The further outputs that training has are read by nobody.
/// Source: ONNX Changelog, BatchNormalization 1, 6, 7, 9, 14, 15.
enum TrainingForm {
  static func model(_ source: Model, training sites: [CalibrationSite]) -> Model {
    var model = source
    for site in sites {
      var node = model[site.node]
      let opset = model.standardOpset(in: node.graph)
      if opset >= 14 {
        node.setAttribute("training_mode", .int(1))
      } else if opset < 7 {
        node.setAttribute("is_test", .int(0))
      }
      // Running and, before opset 14, saved mean and variance.
      let outputs = opset < 14 ? 5 : 3
      node.outputs = Array(node.outputs.prefix(1))
      for position in 1..<outputs {
        node.outputs.append(
          model.addValue(
            Value(
              name: "", graph: node.graph, producer: .node(site.node, output: position))))
      }
      model[site.node] = node
    }
    return model
  }
}
