public import ByteStore
public import ModelFormats
public import ModelIR

/// Writes a Darknet model after a fold: the cfg with `batch_normalize=0` in the layers that lost
/// theirs and every other byte as it was, the weights beside it under the same name.
public struct DarknetWriter: ModelWriter {
  /// Darknet, and the usual endings of its files.
  public static let format = DarknetReader.format

  /// Makes a writer.
  public init() {}

  /// Writes cfg and weights; weights are copied from the input but for what a fold changed.
  ///
  /// Errors: `FormatError.unrepresentable`, `UnwritableTensor`, `FileAccessError`.
  public func write(
    _ model: Model, basedOn original: ReadResult, to output: OutputFiles
  ) throws {
    let (network, weights) = try parts(original)
    guard weights.layerCount == network.layers.count else {
      throw FormatError(
        .unrepresentable("partial weights; convert the model to ONNX instead"),
        at: InputLocation(file: output.model.path))
    }
    let folded = Self.folded(network, model)
    try output.model.write(network.config.withoutNormalization(in: Set(folded.keys)))
    let file = try output.addData(named: Self.weightsName(output))
    try file.copy(from: weights.source, 0..<weights.headerSize)
    for layer in network.layers {
      guard let node = folded[layer.index] else {
        for range in weights.ranges[layer.index] { try file.copy(from: weights.source, range) }
        continue
      }
      for (position, block) in layer.blocks.enumerated() {
        let input: Int
        switch block.role {
        case .weights: input = 1
        case .biases: input = 2
        case .scales, .mean, .variance: continue
        }
        let range = weights.ranges[layer.index][position]
        try write(node, input, block, range, weights.source, model, to: file)
      }
    }
  }

  private func write(
    _ node: Node, _ input: Int, _ block: DarknetLayer.Block, _ range: Range<Int>,
    _ source: ByteSource, _ model: Model, to file: AtomicFile
  ) throws {
    guard let value = node.input(input), let tensor = model[value].initializer else {
      // Where every shift is zero there is no new bias.
      guard input == 2 else { return try file.copy(from: source, range) }
      try file.write([UInt8](repeating: 0, count: block.shape.elementCount * 4))
      return
    }
    guard tensor.dataType == .float32, tensor.shape.elementCount == block.shape.elementCount else {
      throw FormatError(
        .unrepresentable(
          "\"\(model[value].name)\" of \(tensor.dataType.name) and shape \(tensor.shape)"),
        at: InputLocation(file: file.path))
    }
    do {
      try tensor.forEachPiece { piece, _ in try file.write(piece) }
    } catch let error as TensorError {
      throw UnwritableTensor(
        owner: .initializer(value), name: model[value].name, error: error)
    }
  }

  /// Only the batch normalization of a layer itself may go, into that layer.
  public func refusal(
    basedOn original: ReadResult
  ) -> (@Sendable (GraphPatch, Model) -> String?)? {
    { patch, model in
      guard patch.removals.allSatisfy({ model[$0].isStandard("BatchNormalization") }),
        patch.edits.allSatisfy({ model[$0.key].opType == $0.value.opType })
      else {
        return "a cfg has no place for other numbers than those of layers"
      }
      let origins = Set(
        (patch.removals + patch.edits.keys).map { model[$0].origin?.record ?? -1 })
      guard origins.count == 1, patch.insertions.isEmpty else {
        return "in Darknet a batch normalization is part of its layer: one that goes into another "
          + "layer would leave a section behind, and without it the numbers by which sections "
          + "name layers would not fit"
      }
      return nil
    }
  }

  /// Gives new weights and biases the names that the reader will give them.
  public func named(_ model: Model, basedOn original: ReadResult) -> Model {
    guard let file = original.annex as? DarknetFile else { return model }
    var result = model
    for (index, node) in Self.folded(file.network, model) {
      for (input, role) in [(1, "weights"), (2, "biases")] {
        if let value = node.input(input) { result[value].name = "\(index).\(role)" }
      }
    }
    return result
  }

  // MARK: Parts

  private func parts(
    _ original: ReadResult
  ) throws -> (network: DarknetNetwork, weights: DarknetWeights) {
    guard let file = original.annex as? DarknetFile else {
      throw FormatError(
        .unrepresentable("a model that was not read from Darknet"),
        at: InputLocation(file: original.source.path))
    }
    return (file.network, file.weights)
  }

  /// The linear nodes of the layers that have lost their normalization, by layer.
  private static func folded(_ network: DarknetNetwork, _ model: Model) -> [Int: Node] {
    var linear: [Int: Node] = [:]
    var normalized: Set<Int> = []
    for id in model[model.mainGraph].nodes where model.contains(id) {
      let node = model[id]
      guard let layer = node.origin?.record else { continue }
      if ["Conv", "ConvTranspose", "Gemm"].contains(node.opType) { linear[layer] = node }
      if node.opType == "BatchNormalization" { normalized.insert(layer) }
    }
    return linear.filter { layer, _ in
      network.layers.indices.contains(layer) && network.layers[layer].normalizes
        && !normalized.contains(layer)
    }
  }

  /// The cfg's name with another ending.
  static func weightsName(_ output: OutputFiles) -> String {
    let name = output.modelName
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    return "\(stem).weights"
  }
}
