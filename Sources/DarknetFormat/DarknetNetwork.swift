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
      let layer = try LayerResolver(
        reader: reader, index: index, input: shape, before: layers
      ).layer()
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
