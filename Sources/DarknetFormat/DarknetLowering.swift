internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// Puts a network into ONNX operators.
///
/// Values are named by layer: what layer 3 makes is `3_convolutional`; sums before an activation
/// are `3_sum`, before a batch normalization `3_conv`. Tensors are `3.weights`, `3.biases`, ….
/// Every node's origin is its layer.
struct DarknetLowering {
  let network: DarknetNetwork
  let weights: DarknetWeights
  let options: DarknetOptions
  var model: Model
  /// What each layer makes.
  var made: [ValueID] = []
  /// The layer at hand.
  var layer: DarknetLayer
  private var heads: [ValueID] = []

  init(_ network: DarknetNetwork, _ weights: DarknetWeights, _ options: DarknetOptions) {
    self.network = network
    self.weights = weights
    self.options = options
    layer = network.layers[0]
    model = Model(header: .init(irVersion: 8, producerName: "bnfold"), opsets: ["": 17])
    model[model.mainGraph].name = "darknet"
  }

  /// Errors: `FileAccessError`, `TensorError` for variances that have to be read.
  mutating func run() throws -> Model {
    let data = model.addInput("data", type: type(network.input), to: model.mainGraph)
    var current = data
    for layer in network.layers.prefix(weights.layerCount) {
      self.layer = layer
      current = try lower(current)
      made.append(current)
    }
    var outputs = heads
    if !outputs.contains(current) { outputs.append(current) }
    model[model.mainGraph].outputs = outputs.map { output in
      output == data ? add("Identity", [data], "output", network.input) : output
    }
    return model
  }

  private mutating func lower(_ x: ValueID) throws -> ValueID {
    let final = "\(layer.index)_\(layer.type)"
    switch layer.kind {
    case .convolutional(let convolution): return try lower(convolution, x)
    case .deconvolutional(let deconvolution): return try lower(deconvolution, x)
    case .local(let local): return lower(local, x)
    case .connected: return try lowerConnected(x)
    case .batchNormalization: return try normalized(x, final)
    case .maximumPool(let pool): return add("MaxPool", [x], final, attributes: attributes(pool))
    case .averagePool(let pool):
      return add("AveragePool", [x], final, attributes: attributes(pool))
    case .globalAverage: return add("GlobalAveragePool", [x], final)
    case .route(let sources, let groups, let group): return route(sources, groups, group, final)
    case .shortcut(let sources, let weights): return shortcut(x, sources, weights)
    case .scaleChannels(let source), .spatialAttention(let source):
      let product = add("Mul", [made[source], x], beforeActivation(final))
      return activated(product, final)
    case .upsample(let stride, let scale): return upsample(x, stride, scale, final)
    case .reorganize(let stride, let old): return reorganize(x, stride, old, final)
    case .crop(let top, let left, let scale, let shift):
      return crop(x, top, left, scale, shift, final)
    case .softmax(let groups, let temperature, let perPixel):
      return softmax(x, groups, temperature, perPixel, final)
    case .identity: return x
    case .head:
      let head = options.decodes ? try decoded(x, final) : add("Identity", [x], final)
      heads.append(head)
      return head
    }
  }

  // MARK: Windows

  private func attributes(_ pool: DarknetLayer.Pool) -> [Attribute] {
    // Windows begin padding/2 before the edge; what is missing behind it is not counted.
    let before = Int64(pool.padding / 2)
    let after = Int64(pool.padding) - before
    return [
      Attribute("kernel_shape", .ints([Int64(pool.size), Int64(pool.size)])),
      Attribute("pads", .ints([before, before, after, after])),
      Attribute("strides", .ints([Int64(pool.strideY), Int64(pool.strideX)])),
    ]
  }

  // MARK: Several inputs

  private mutating func route(
    _ sources: [Int], _ groups: Int, _ group: Int, _ final: String
  ) -> ValueID {
    var parts: [ValueID] = []
    for (position, source) in sources.enumerated() {
      guard groups > 1 else {
        parts.append(made[source])
        continue
      }
      let whole = network.layers[source].output
      let width = whole.channels / groups
      let name = sources.count == 1 ? final : "\(layer.index)_part\(position)"
      let bounds = [group * width, (group + 1) * width].map { Int64($0) }
      parts.append(
        sliced(
          made[source], from: [bounds[0]], to: [bounds[1]], axes: [1], name,
          type(DarknetShape(channels: width, height: whole.height, width: whole.width))))
    }
    guard parts.count > 1 else { return parts[0] }
    return add("Concat", parts, final, attributes: [Attribute("axis", .int(1))])
  }

  private mutating func shortcut(
    _ x: ValueID, _ sources: [Int], _ weights: DarknetLayer.ShortcutWeights
  ) -> ValueID {
    let final = "\(layer.index)_\(layer.type)"
    var terms = [x] + sources.map { made[$0] }
    if weights != .none {
      terms = terms.enumerated().map { position, term in
        add("Mul", [term, row(position, weights)], "\(layer.index)_term\(position)")
      }
    }
    var sum = terms[0]
    for (position, term) in terms.enumerated().dropFirst() {
      let isLast = position == terms.count - 1
      sum = add(
        "Add", [sum, term], isLast ? beforeActivation(final) : "\(layer.index)_sum\(position)")
    }
    return activated(sum, final)
  }

  /// The weight of one term of a shortcut: a number, or one per channel.
  private mutating func row(
    _ position: Int, _ weights: DarknetLayer.ShortcutWeights
  ) -> ValueID {
    let range = self.weights.ranges[layer.index][0]
    let count = weights == .perChannel ? layer.input.channels : 1
    let start = range.lowerBound + position * count * 4
    let shape = TensorShape(weights == .perChannel ? [count, 1, 1] : []) ?? .scalar
    let elements = StoredElements(
      source: self.weights.source, pieces: [start..<(start + count * 4)])
    return initializer(
      "\(layer.index).weights.\(position)",
      Tensor(dataType: .float32, shape: shape, storage: .stored(elements)))
  }
}
