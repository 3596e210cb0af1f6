internal import ModelFormats
internal import ModelIR

/// Resolves the options of one section to a layer.
struct LayerResolver {
  let reader: SectionReader
  let index: Int
  let input: DarknetShape
  let before: [DarknetLayer]

  func layer() throws -> DarknetLayer {
    try reader.refuse(["dontload", "dontloadscales"])
    switch reader.section.type {
    case "convolutional", "conv": return try convolutional()
    case "deconvolutional", "deconv": return try deconvolutional()
    case "local": return try local()
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

  func make(_ kind: DarknetLayer.Kind, _ output: DarknetShape) -> DarknetLayer {
    DarknetLayer(
      index: index, type: reader.section.type, line: reader.section.line, kind: kind,
      input: input, output: output)
  }

  func activation(_ standard: Activation) throws -> Activation {
    guard let option = reader.section.option("activation") else { return standard }
    guard let activation = Activation(rawValue: option.value) else {
      throw reader.config.error(
        option.line, .unsupported("the activation \(option.value.printable())"))
    }
    return activation
  }

  func block(_ role: DarknetLayer.Block.Role, _ extents: [Int]) throws -> DarknetLayer.Block {
    guard let shape = TensorShape(extents), shape.elementCount <= 1 << 40 else {
      throw reader.malformed("its \(role.rawValue) would be \(extents)")
    }
    return DarknetLayer.Block(role: role, shape: shape)
  }

  /// One side of a window's output; throws where the window does not fit.
  func windows(_ extent: Int, _ padding: Int, _ size: Int, _ stride: Int) throws -> Int {
    let room = extent + padding - size
    guard room >= 0 else {
      throw reader.malformed("a window of \(size) does not fit \(extent) with padding \(padding)")
    }
    return room / stride + 1
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
}
