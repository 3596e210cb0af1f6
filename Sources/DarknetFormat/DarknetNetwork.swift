internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// The layers of a cfg with their shapes.
///
/// Sources: parser.c, and the make_… function of each layer, of pjreddie's and AlexeyAB's Darknet.
struct DarknetNetwork {
  let config: DarknetConfig
  let input: DarknetShape
  private(set) var layers: [DarknetLayer] = []

  /// Errors: `FormatError` with the line for what makes no sense or is not supported.
  init(_ config: DarknetConfig) throws {
    self.config = config
    let net = SectionReader(config, config.net)
    let inputs = try net.integer("inputs", 0)
    let extents = (
      try net.integer("channels", 0), try net.integer("height", 0), try net.integer("width", 0)
    )
    if extents.0 > 0, extents.1 > 0, extents.2 > 0 {
      input = DarknetShape(channels: extents.0, height: extents.1, width: extents.2)
    } else if inputs > 0 {
      input = DarknetShape(channels: inputs, height: 1, width: 1)
    } else {
      throw net.malformed("height, width and channels (or inputs) have to be positive")
    }
    try check(input, net)
    var shape = input
    for (index, section) in config.layers.enumerated() {
      let reader = SectionReader(config, section)
      let layer = try LayerResolver(reader, index: index, input: shape, before: layers).layer()
      try check(layer.output, reader)
      layers.append(layer)
      shape = layer.output
    }
  }

  private func check(_ shape: DarknetShape, _ reader: SectionReader) throws {
    guard shape.channels > 0, shape.height > 0, shape.width > 0,
      let count = CheckedArithmetic.product([shape.channels, shape.height, shape.width]),
      count <= 1 << 40
    else {
      throw reader.malformed(
        "its output would be \(shape.channels)×\(shape.height)×\(shape.width)")
    }
  }
}

/// Resolves one section.
private struct LayerResolver {
  let reader: SectionReader
  let index: Int
  let input: DarknetShape
  let before: [DarknetLayer]

  init(_ reader: SectionReader, index: Int, input: DarknetShape, before: [DarknetLayer]) {
    self.reader = reader
    self.index = index
    self.input = input
    self.before = before
  }

  func layer() throws -> DarknetLayer {
    try reader.refuse(["dontload", "dontloadscales"])
    switch reader.section.type {
    case "convolutional", "conv": return try convolutional()
    case "connected", "conn": return try connected()
    case "batchnorm": return try batchNormalization()
    case "maxpool", "max", "local_avgpool": return try pool()
    case "avgpool", "avg":
      return make(
        .globalAverage, DarknetShape(channels: input.channels, height: 1, width: 1))
    case "route": return try route()
    case "shortcut": return try shortcut()
    case "scale_channels", "sam": return try attention()
    case "upsample": return try upsample()
    case "reorg", "reorg3d": return try reorganize()
    case "crop": return try crop()
    case "softmax", "soft":
      try reader.refuse(["tree"])
      let groups = try reader.positive("groups", 1)
      guard input.count % groups == 0 else { throw reader.malformed("groups do not divide it") }
      return make(
        .softmax(
          groups: groups, temperature: try reader.number("temperature", 1),
          perPixel: try reader.integer("spatial", 0) != 0), input)
    case "dropout", "cost": return make(.identity, input)
    case "yolo", "region", "detection", "Gaussian_yolo": return make(.head, input)
    default:
      throw reader.unsupported(
        "is not a layer that can be read; convolutional networks and their heads can")
    }
  }

  private func make(_ kind: DarknetLayer.Kind, _ output: DarknetShape) -> DarknetLayer {
    DarknetLayer(
      index: index, type: reader.section.type, line: reader.section.line, kind: kind,
      input: input, output: output)
  }

  private func activation(_ standard: Activation) throws -> Activation {
    guard let option = reader.section.option("activation") else { return standard }
    guard let activation = Activation(rawValue: option.value) else {
      throw reader.config.error(
        option.line, .unsupported("the activation \(option.value.printable())"))
    }
    return activation
  }

  private func block(_ role: DarknetLayer.Block.Role, _ extents: [Int]) throws -> DarknetLayer.Block
  {
    guard let shape = TensorShape(extents), shape.elementCount <= 1 << 40 else {
      throw reader.malformed("its \(role.rawValue) would be \(extents)")
    }
    return DarknetLayer.Block(role: role, shape: shape)
  }

  /// One side of a window's output; nil where the window does not fit.
  private func windows(_ extent: Int, _ padding: Int, _ size: Int, _ stride: Int) throws -> Int {
    let room = extent + padding - size
    guard room >= 0 else {
      throw reader.malformed("a window of \(size) does not fit \(extent) with padding \(padding)")
    }
    return room / stride + 1
  }

  // MARK: Linear layers

  private func convolutional() throws -> DarknetLayer {
    try reader.refuse([
      "flipped", "binary", "xnor", "share_index", "antialiasing", "deform", "sway", "rotate",
      "stretch", "stretch_sway",
    ])
    let size = try reader.positive("size", 1)
    let stride = try reader.positive("stride", 1)
    let dilation = size == 1 ? 1 : try reader.positive("dilation", 1)
    let pads = try reader.integer("pad", 0) != 0
    let convolution = DarknetLayer.Convolution(
      filters: try reader.positive("filters", 1), groups: try reader.positive("groups", 1),
      size: size, strideX: try reader.positive("stride_x", stride),
      strideY: try reader.positive("stride_y", stride),
      padding: pads ? size / 2 : try reader.integer("padding", 0), dilation: dilation)
    guard input.channels % convolution.groups == 0, convolution.filters % convolution.groups == 0
    else {
      throw reader.malformed(
        "\(convolution.groups) groups do not divide \(input.channels) channels and "
          + "\(convolution.filters) filters")
    }
    let window = dilation * (size - 1) + 1
    let padding = 2 * convolution.padding * dilation
    let output = DarknetShape(
      channels: convolution.filters,
      height: try windows(input.height, padding, window, convolution.strideY),
      width: try windows(input.width, padding, window, convolution.strideX))
    // Darknet counts without the dilation; where that differs it computes something else.
    guard
      output.height == (input.height + 2 * convolution.padding - size) / convolution.strideY + 1,
      output.width == (input.width + 2 * convolution.padding - size) / convolution.strideX + 1
    else { throw reader.unsupported("with a dilation that changes the size of its output") }
    var layer = make(.convolutional(convolution), output)
    layer.normalizes = try reader.integer("batch_normalize", 0) != 0
    layer.activation = try activation(.logistic)
    let n = convolution.filters
    layer.blocks = [try block(.biases, [n])]
    if layer.normalizes {
      layer.blocks += [
        try block(.scales, [n]), try block(.mean, [n]), try block(.variance, [n]),
      ]
    }
    layer.blocks.append(
      try block(.weights, [n, input.channels / convolution.groups, size, size]))
    return layer
  }

  private func connected() throws -> DarknetLayer {
    let outputs = try reader.positive("output", 1)
    var layer = make(
      .connected(outputs: outputs), DarknetShape(channels: outputs, height: 1, width: 1))
    layer.normalizes = try reader.integer("batch_normalize", 0) != 0
    layer.activation = try activation(.logistic)
    layer.blocks = [try block(.biases, [outputs]), try block(.weights, [outputs, input.count])]
    if layer.normalizes {
      layer.blocks += [
        try block(.scales, [outputs]), try block(.mean, [outputs]),
        try block(.variance, [outputs]),
      ]
    }
    return layer
  }

  private func batchNormalization() throws -> DarknetLayer {
    var layer = make(.batchNormalization, input)
    layer.normalizes = true
    let c = input.channels
    layer.blocks = [
      try block(.biases, [c]), try block(.scales, [c]), try block(.mean, [c]),
      try block(.variance, [c]),
    ]
    return layer
  }

  // MARK: Windows

  private func pool() throws -> DarknetLayer {
    try reader.refuse(["maxpool_depth", "antialiasing"])
    let stride = try reader.positive("stride", 1)
    let size = try reader.positive("size", stride)
    let pool = DarknetLayer.Pool(
      size: size, strideX: try reader.positive("stride_x", stride),
      strideY: try reader.positive("stride_y", stride),
      padding: try reader.integer("padding", size - 1))
    guard pool.padding < 2 * size else {
      throw reader.unsupported("with windows that see padding alone")
    }
    let output = DarknetShape(
      channels: input.channels,
      height: try windows(input.height, pool.padding, size, pool.strideY),
      width: try windows(input.width, pool.padding, size, pool.strideX))
    return make(
      reader.section.type == "local_avgpool" ? .averagePool(pool) : .maximumPool(pool), output)
  }

  private func upsample() throws -> DarknetLayer {
    let stride = try reader.positive("stride", 2)
    let (height, a) = input.height.multipliedReportingOverflow(by: stride)
    let (width, b) = input.width.multipliedReportingOverflow(by: stride)
    guard !a, !b else { throw reader.malformed("its output would be too large") }
    return make(
      .upsample(stride, scale: try reader.number("scale", 1)),
      DarknetShape(channels: input.channels, height: height, width: width))
  }

  private func reorganize() throws -> DarknetLayer {
    try reader.refuse(["reverse", "flatten", "extra"])
    let stride = try reader.positive("stride", 1)
    let isOld = reader.section.type == "reorg"
    guard stride < 1 << 12, input.height % stride == 0, input.width % stride == 0,
      !isOld || input.channels % (stride * stride) == 0
    else { throw reader.malformed("stride \(stride) does not divide its input") }
    return make(
      .reorganize(stride, old: isOld),
      DarknetShape(
        channels: input.channels * stride * stride, height: input.height / stride,
        width: input.width / stride))
  }

  private func crop() throws -> DarknetLayer {
    let height = try reader.positive("crop_height", 1)
    let width = try reader.positive("crop_width", 1)
    guard height <= input.height, width <= input.width else {
      throw reader.malformed("it is larger than its input")
    }
    let adjusts = try reader.integer("noadjust", 0) == 0
    return make(
      .crop(
        top: (input.height - height) / 2, left: (input.width - width) / 2,
        scale: adjusts ? 2 : 1, shift: adjusts ? -1 : 0),
      DarknetShape(channels: input.channels, height: height, width: width))
  }

  // MARK: Several inputs

  /// Layers by their numbers; negative ones count back from this one.
  private func sources(_ key: String) throws -> [Int] {
    guard let numbers = try reader.integers(key), let option = reader.section.option(key) else {
      throw reader.malformed("\(key) is missing")
    }
    return try numbers.map { number in
      let place = number < 0 ? index + number : number
      guard place >= 0, place < index else {
        throw reader.malformed(
          option, "\(number) is no layer before this one, which has number \(index)")
      }
      return place
    }
  }

  private func route() throws -> DarknetLayer {
    let sources = try sources("layers")
    let groups = try reader.positive("groups", 1)
    let group = try reader.integer("group_id", 0)
    guard group < groups else { throw reader.malformed("group_id \(group) of \(groups) groups") }
    var channels = 0
    let first = before[sources[0]].output
    for source in sources {
      let shape = before[source].output
      guard shape.height == first.height, shape.width == first.width else {
        throw reader.malformed(
          "layer \(source) makes \(shape.height)×\(shape.width), layer \(sources[0]) "
            + "\(first.height)×\(first.width)")
      }
      guard shape.channels % groups == 0 else {
        throw reader.malformed("\(groups) groups do not divide \(shape.channels) channels")
      }
      channels += shape.channels / groups
      guard channels <= 1 << 40 else { throw reader.malformed("too many channels") }
    }
    return make(
      .route(sources, groups: groups, group: group),
      DarknetShape(channels: channels, height: first.height, width: first.width))
  }

  private func shortcut() throws -> DarknetLayer {
    let sources = try sources("from")
    for source in sources where before[source].output != input {
      throw reader.unsupported("of layers with different shapes")
    }
    let name = reader.text("weights_type", "none")
    let weights: DarknetLayer.ShortcutWeights
    switch name {
    case "none": weights = .none
    case "per_feature", "per_layer": weights = .perFeature
    case "per_channel": weights = .perChannel
    default: throw reader.malformed("unknown weights_type \(name.printable())")
    }
    guard ["none", "0"].contains(reader.text("weights_normalization", "none")) || weights == .none
    else { throw reader.unsupported("with normalized weights") }
    var layer = make(.shortcut(sources, weights), input)
    layer.activation = try activation(.linear)
    let rows = sources.count + 1
    switch weights {
    case .none: break
    case .perFeature: layer.blocks = [try block(.weights, [rows])]
    case .perChannel: layer.blocks = [try block(.weights, [rows, input.channels])]
    }
    return layer
  }

  private func attention() throws -> DarknetLayer {
    let sources = try sources("from")
    guard sources.count == 1 else { throw reader.malformed("from is one layer") }
    let other = before[sources[0]].output
    guard other.channels == input.channels else {
      throw reader.malformed("\(other.channels) channels meet \(input.channels)")
    }
    var layer: DarknetLayer
    if reader.section.type == "sam" {
      guard other == input else { throw reader.malformed("shapes differ") }
      layer = make(.spatialAttention(sources[0]), other)
    } else {
      try reader.refuse(["scale_wh"])
      guard input.height == 1, input.width == 1 else {
        throw reader.malformed("what scales channels has more than one pixel")
      }
      layer = make(.scaleChannels(sources[0]), other)
    }
    layer.activation = try activation(.linear)
    return layer
  }
}
