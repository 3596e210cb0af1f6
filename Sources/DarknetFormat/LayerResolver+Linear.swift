internal import ByteStore
internal import ModelIR

/// Sections with weights.
extension LayerResolver {
  func convolutional() throws -> DarknetLayer {
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
    try addBlocks(n, weights: [n, input.channels / convolution.groups, size, size], to: &layer)
    return layer
  }

  /// The numbers of a convolution or deconvolution, in the order of the file.
  private func addBlocks(_ filters: Int, weights: [Int], to layer: inout DarknetLayer) throws {
    layer.blocks = [try block(.biases, [filters])]
    if layer.normalizes {
      layer.blocks += try [.scales, .mean, .variance].map { try block($0, [filters]) }
    }
    layer.blocks.append(try block(.weights, weights))
  }

  /// Source: pjreddie's deconvolutional_layer.c; AlexeyAB's Darknet does not read the section.
  func deconvolutional() throws -> DarknetLayer {
    let size = try reader.positive("size", 1)
    let pads = try reader.integer("pad", 0) != 0
    let deconvolution = DarknetLayer.Deconvolution(
      filters: try reader.positive("filters", 1), size: size,
      stride: try reader.positive("stride", 1),
      padding: pads ? size / 2 : try reader.integer("padding", 0))
    let extents = try [input.height, input.width].map { extent in
      let (steps, overflow) = (extent - 1).multipliedReportingOverflow(by: deconvolution.stride)
      guard !overflow, steps < 1 << 40 else {
        throw reader.malformed("its output would be too large")
      }
      return steps + size - 2 * deconvolution.padding
    }
    let n = deconvolution.filters
    var layer = make(
      .deconvolutional(deconvolution),
      DarknetShape(channels: n, height: extents[0], width: extents[1]))
    layer.normalizes = try reader.integer("batch_normalize", 0) != 0
    layer.activation = try activation(.logistic)
    try addBlocks(n, weights: [input.channels, n, size, size], to: &layer)
    return layer
  }

  /// Weights for every place; `pad` is the padding itself here.
  ///
  /// Source: local_layer.c, the same in both Darknets.
  func local() throws -> DarknetLayer {
    let local = DarknetLayer.Local(
      size: try reader.positive("size", 1), stride: try reader.positive("stride", 1),
      padding: try reader.integer("pad", 0))
    let filters = try reader.positive("filters", 1)
    let output = DarknetShape(
      channels: filters,
      height: try windows(input.height, 2 * local.padding, local.size, local.stride),
      width: try windows(input.width, 2 * local.padding, local.size, local.stride))
    // With any padding Darknet counts as for size/2; where that differs its windows overlap wrongly.
    if local.padding > 0 {
      guard output.height == (input.height - 1) / local.stride + 1,
        output.width == (input.width - 1) / local.stride + 1
      else { throw reader.unsupported("with a pad that changes the size of its output") }
    }
    let padded = [
      input.channels, input.height + 2 * local.padding, input.width + 2 * local.padding,
    ]
    let pixels = [local.size, local.size, output.height, output.width]
    guard let count = CheckedArithmetic.product(padded), count <= 1 << 40,
      let places = CheckedArithmetic.product(pixels), places <= 1 << 28
    else { throw reader.malformed("its windows would have too many pixels") }
    var layer = make(.local(local), output)
    layer.activation = try activation(.logistic)
    layer.blocks = [
      try block(.biases, [filters, output.height, output.width]),
      // Places with padding are no more than the input's, so that their product fits.
      try block(
        .weights,
        [output.height * output.width, filters, input.channels, local.size, local.size]),
    ]
    return layer
  }

  func connected() throws -> DarknetLayer {
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

  func batchNormalization() throws -> DarknetLayer {
    var layer = make(.batchNormalization, input)
    layer.normalizes = true
    let c = input.channels
    layer.blocks = [
      try block(.biases, [c]), try block(.scales, [c]), try block(.mean, [c]),
      try block(.variance, [c]),
    ]
    return layer
  }
}
