internal import ByteStore
internal import ModelFormats
internal import ModelIR
internal import ONNXFormat

/// The frozen network as an ONNX model: BatchNormalization with the population's statistics.
///
/// Shapes: `image` [N, C, H, W] to `scores` [N, classes]. Tensors have the names of the state dict
/// (`StateDict`).
enum ONNXExport {
  /// Makes the model.
  static func model(of network: Network<Float>) -> Model {
    var model = Model(
      header: Model.Header(irVersion: 8, producerName: "bn-experiment"), opsets: ["": 17])
    let main = model.mainGraph
    model[main].name = "digits"
    let plan = network.plan
    let image = plan.input
    var current = model.addInput(
      "image",
      type: .tensor(
        .float32,
        [.symbol("N"), .known(image.channels), .known(image.height), .known(image.width)]),
      to: main)
    let tensors = StateDict.tensors(of: network)
    let steps = network.layers.indices.filter { network.layers[$0].isExported }
    for place in steps {
      let isLast = place == steps.last
      let name = StateDict.prefix(place)
      let (opType, attributes, inputs) = node(for: network.layers[place])
      let output = model.addValue(
        Value(
          name: isLast ? "scores" : "\(name).output", graph: main,
          type: isLast ? .tensor(.float32, [.symbol("N"), .known(plan.classes)]) : nil))
      let constants = inputs.map { input in
        tensors.first { $0.name == "\(name).\(input)" }.map {
          model.addInitializer($0.name, $0.tensor, to: main)
        }
      }
      model.addNode(
        Node(
          name: name, opType: opType, graph: main,
          inputs: [current] + constants.prefix { $0 != nil }, outputs: [output],
          attributes: attributes))
      current = output
    }
    model[main].outputs = [current]
    return model
  }

  /// Writes a model whole or not at all.
  static func write(_ model: Model, to path: String) throws {
    let files = try OutputFiles(model: path)
    try ONNXWriter().write(model, basedOn: try ONNXWriter.blank(for: model), to: files)
    try files.finish(sync: false)
    try files.commit()
  }

  /// An operator, its attributes, and the tensors that it reads besides its input.
  private static func node(
    for layer: Layer<Float>
  ) -> (opType: String, attributes: [Attribute], inputs: [String]) {
    switch layer {
    case .dense: ("Gemm", [Attribute("transB", .int(1))], ["weight", "bias"])
    case .convolution(let layer):
      (
        "Conv",
        [
          Attribute("kernel_shape", .ints([Int64](repeating: Int64(layer.kernel), count: 2))),
          Attribute("pads", .ints([Int64](repeating: Int64(layer.padding), count: 4))),
          Attribute("strides", .ints([Int64](repeating: Int64(layer.stride), count: 2))),
        ], ["weight"]
      )
    case .normalization(let layer):
      (
        "BatchNormalization", [Attribute("epsilon", .float(layer.epsilon))],
        ["weight", "bias", "running_mean", "running_var"]
      )
    case .activation(let layer): (layer.function == .sigmoid ? "Sigmoid" : "Relu", [], [])
    case .flatten: ("Flatten", [], [])
    case .dropout: ("Identity", [], [])
    }
  }
}

extension Layer {
  /// Whether the frozen network has it; dropout is for training alone.
  var isExported: Bool {
    if case .dropout = self { false } else { true }
  }
}
