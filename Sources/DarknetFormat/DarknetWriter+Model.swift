public import ByteStore
internal import ModelFormats
public import ModelIR

extension DarknetWriter {
  /// Writes a model that was made from a cfg, by way of another format: nodes are found by the
  /// names that they got then; a layer whose normalization is gone loses it in the cfg too.
  ///
  /// Whether the graph still is what the cfg says is for the caller to compare.
  /// Errors: `FormatError.unrepresentable` for nodes and tensors that are not there any more,
  /// `UnwritableTensor`, `FileAccessError`.
  public func write(
    _ model: Model, configuration: [UInt8], to output: OutputFiles
  ) throws {
    let config = try DarknetConfig(bytes: configuration, file: output.model.path)
    let network = try DarknetNetwork(config)
    let parts = NamedParts(model, file: output.model.path)
    let folded = network.layers.filter {
      $0.normalizes && parts.nodes["\($0.index)_norm"] == nil
    }
    try output.model.write(config.withoutNormalization(in: Set(folded.map(\.index))))
    let file = try output.addData(named: Self.weightsName(output))
    // Version 0.2.5, no image seen: what AlexeyAB's Darknet writes.
    try file.write([0, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0] + [UInt8](repeating: 0, count: 8))
    for layer in network.layers {
      let isFolded = folded.contains { $0.index == layer.index }
      for block in layer.blocks {
        switch block.role {
        case .scales, .mean, .variance:
          if isFolded { continue }
        case .weights, .biases: break
        }
        for tensor in try parts.tensors(block, of: layer, isFolded: isFolded) {
          try Self.write(tensor, model, to: file)
        }
      }
    }
  }

  private static func write(_ value: ValueID?, _ model: Model, to file: AtomicFile) throws {
    guard let value, let tensor = model[value].initializer else { return }
    do {
      try tensor.forEachPiece { piece, _ in try file.write(piece) }
    } catch let error as TensorError {
      throw UnwritableTensor(
        owner: .initializer(value), name: model[value].name, error: error)
    }
  }
}

/// The nodes of a converted model by name, and the tensors that a cfg's layers want from them.
private struct NamedParts {
  let model: Model
  let file: String
  private(set) var nodes: [String: Node] = [:]
  private let initializers: [String: ValueID]

  init(_ model: Model, file: String) {
    self.model = model
    self.file = file
    for id in model[model.mainGraph].nodes where model.contains(id) {
      nodes[model[id].name] = model[id]
    }
    initializers = Dictionary(
      model[model.mainGraph].initializers.map { (model[$0].name, $0) }
    ) { first, _ in first }
  }

  private func failure(_ layer: DarknetLayer, _ text: String) -> FormatError {
    FormatError(
      .unrepresentable("layer \(layer.index) ([\(layer.type)]): \(text)"),
      at: InputLocation(file: file))
  }

  /// The tensors that make up a block, checked for type and number of elements.
  func tensors(
    _ block: DarknetLayer.Block, of layer: DarknetLayer, isFolded: Bool
  ) throws -> [ValueID] {
    var values: [ValueID] = []
    if case .shortcut(let sources, _) = layer.kind {
      values = (0...sources.count).compactMap {
        initializers["\(layer.index).weights.\($0)"]
      }
    } else {
      let place = Self.place(of: block.role, in: layer, isFolded: isFolded)
      guard let node = nodes["\(layer.index)_\(place.node)"],
        let value = node.input(place.input)
      else { throw failure(layer, "the node of its \(block.role.rawValue) is gone") }
      try check(node, layer)
      values = [value]
    }
    var count = 0
    for value in values {
      guard let tensor = model[value].initializer, tensor.dataType == .float32 else {
        throw failure(layer, "its \(block.role.rawValue) is no float32 tensor")
      }
      count += tensor.shape.elementCount
    }
    guard count == block.shape.elementCount else {
      throw failure(
        layer, "its \(block.role.rawValue) has \(count) elements, not \(block.shape.elementCount)")
    }
    return values
  }

  /// The node, by what follows the layer's number in its name, and the input that has a block.
  private static func place(
    of role: DarknetLayer.Block.Role, in layer: DarknetLayer, isFolded: Bool
  ) -> (node: String, input: Int) {
    if case .local = layer.kind { return role == .weights ? ("conv", 0) : ("bias", 1) }
    let isOfNorm = layer.normalizes && !isFolded
    switch role {
    case .weights: return ("conv", 1)
    case .biases: return isOfNorm ? ("norm", 2) : ("conv", 2)
    case .scales: return ("norm", 1)
    case .mean: return ("norm", 3)
    case .variance: return ("norm", 4)
    }
  }

  /// What Darknet would compute with other numbers than the graph's.
  private func check(_ node: Node, _ layer: DarknetLayer) throws {
    if node.opType == "Gemm", case .int(let transposed)? = node.attribute("transB"), transposed == 0
    {
      throw failure(layer, "its weights are stored with the input first")
    }
    if node.opType == "BatchNormalization", case .float(let epsilon)? = node.attribute("epsilon"),
      epsilon == DarknetOptions.Normalization.pjreddieCPU.epsilon
    {
      throw failure(
        layer, "its variances were changed for the formula pjreddie-cpu; convert with another")
    }
  }
}
