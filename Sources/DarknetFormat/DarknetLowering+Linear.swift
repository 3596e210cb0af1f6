internal import ModelIR

/// The layers with weights.
extension DarknetLowering {
  mutating func lower(
    _ convolution: DarknetLayer.Convolution, _ x: ValueID
  ) throws -> ValueID {
    let pad = Int64(convolution.padding * convolution.dilation)
    let size = Int64(convolution.size)
    let attributes = [
      Attribute("dilations", .ints([Int64](repeating: Int64(convolution.dilation), count: 2))),
      Attribute("group", .int(Int64(convolution.groups))),
      Attribute("kernel_shape", .ints([size, size])),
      Attribute("pads", .ints([pad, pad, pad, pad])),
      Attribute("strides", .ints([Int64(convolution.strideY), Int64(convolution.strideX)])),
    ]
    return try biased("Conv", x, attributes)
  }

  mutating func lower(
    _ deconvolution: DarknetLayer.Deconvolution, _ x: ValueID
  ) throws -> ValueID {
    let pad = Int64(deconvolution.padding)
    let size = Int64(deconvolution.size)
    let stride = Int64(deconvolution.stride)
    return try biased(
      "ConvTranspose", x,
      [
        Attribute("kernel_shape", .ints([size, size])),
        Attribute("pads", .ints([pad, pad, pad, pad])),
        Attribute("strides", .ints([stride, stride])),
      ])
  }

  /// A convolution or deconvolution with its biases or normalization, and its activation.
  private mutating func biased(
    _ opType: String, _ x: ValueID, _ attributes: [Attribute]
  ) throws -> ValueID {
    let final = "\(layer.index)_\(layer.type)"
    let sum = beforeActivation(final)
    let w = tensor(.weights)
    guard layer.normalizes else {
      let y = add(opType, [x, w, tensor(.biases)], sum, name: conv, attributes: attributes)
      return activated(y, final)
    }
    let y = add(opType, [x, w], conv, attributes: attributes)
    return activated(try normalized(y, sum), final)
  }

  /// A product for each place: out[:, p] = W[p]·window(p) + b[:, p].
  ///
  /// Windows are gathered from the padded plane by the places of their pixels, which are fewer
  /// numbers than the weights.
  mutating func lower(_ local: DarknetLayer.Local, _ x: ValueID) -> ValueID {
    let i = layer.index
    let final = "\(i)_\(layer.type)"
    let (input, output) = (layer.input, layer.output)
    let padded = DarknetShape(
      channels: input.channels, height: input.height + 2 * local.padding,
      width: input.width + 2 * local.padding)
    let pixels = local.size * local.size
    let places = output.height * output.width
    let rows = input.channels * pixels
    var plane = x
    if local.padding > 0 {
      let pad = Int64(local.padding)
      let pads = integers("pads", [0, 0, pad, pad, 0, 0, pad, pad])
      plane = add("Pad", [x, pads], "\(i)_padded", padded)
    }
    plane = reshaped(
      plane, [0, input.channels, padded.height * padded.width], "\(i)_plane",
      [.known(input.channels), .known(padded.height * padded.width)])
    let windows = add(
      "Gather", [plane, initializer("\(i).pixels", Self.pixels(local, output, padded))],
      "\(i)_windows",
      type: .tensor(
        .float32,
        [.symbol("batch"), .known(input.channels), .known(pixels), .known(places)]),
      attributes: [Attribute("axis", .int(2))])
    let columns = add(
      "Transpose", [windows], "\(i)_columns",
      type: .tensor(
        .float32,
        [.symbol("batch"), .known(places), .known(input.channels), .known(pixels)]),
      attributes: [Attribute("perm", .ints([0, 3, 1, 2]))])
    let column = reshaped(
      columns, [0, places, rows, 1], "\(i)_column", [.known(places), .known(rows), .known(1)])
    let products = add(
      "MatMul", [tensor(.weights), column], conv,
      type: .tensor(
        .float32,
        [.symbol("batch"), .known(places), .known(output.channels), .known(1)]))
    let turned = add(
      "Transpose", [products], "\(i)_turned",
      type: .tensor(
        .float32,
        [.symbol("batch"), .known(output.channels), .known(places), .known(1)]),
      attributes: [Attribute("perm", .ints([0, 2, 1, 3]))])
    let maps = reshaped(
      turned, [0, output.channels, output.height, output.width], "\(i)_maps",
      [.known(output.channels), .known(output.height), .known(output.width)])
    let y = add("Add", [maps, tensor(.biases)], beforeActivation(final), name: "\(i)_bias")
    return activated(y, final)
  }

  /// Places in the padded plane of the pixels of each window: [size·size, windows].
  private static func pixels(
    _ local: DarknetLayer.Local, _ output: DarknetShape, _ padded: DarknetShape
  ) -> Tensor {
    var places: [Int64] = []
    for dy in 0..<local.size {
      for dx in 0..<local.size {
        for y in 0..<output.height {
          let row = (y * local.stride + dy) * padded.width + dx
          for x in 0..<output.width { places.append(Int64(row + x * local.stride)) }
        }
      }
    }
    guard
      let shape = TensorShape([local.size * local.size, output.height * output.width]),
      let tensor = Tensor(places, shape: shape)
    else { preconditionFailure("A window for each place of the output") }
    return tensor
  }

  private var conv: String { "\(layer.index)_conv" }

  mutating func lowerConnected(_ x: ValueID) throws -> ValueID {
    let final = "\(layer.index)_\(layer.type)"
    let flat = reshaped(x, [0, -1], "\(layer.index)_flat", [.known(layer.input.count)])
    var inputs = [flat, tensor(.weights)]
    let attributes = [Attribute("transB", .int(weights.transposes ? 0 : 1))]
    if !layer.normalizes { inputs.append(tensor(.biases)) }
    let rows = "\(layer.index)_rows"
    let y = model.addValue(
      Value(
        name: layer.normalizes ? conv : rows, graph: model.mainGraph,
        type: .tensor(.float32, [.symbol("batch"), .known(layer.output.channels)])))
    model.addNode(
      Node(
        name: conv, opType: "Gemm", graph: model.mainGraph, inputs: inputs, outputs: [y],
        attributes: attributes, origin: Origin(record: layer.index)))
    var sums = y
    if layer.normalizes {
      sums = try normalized(
        y, rows, type: .tensor(.float32, [.symbol("batch"), .known(layer.output.channels)]))
    }
    let shape = layer.output
    let sum = reshaped(
      sums, [0, shape.channels, 1, 1], beforeActivation(final),
      [.known(shape.channels), .known(1), .known(1)])
    return activated(sum, final)
  }

  mutating func normalized(
    _ x: ValueID, _ output: String, type: ValueType? = nil
  ) throws -> ValueID {
    var variance = tensor(.variance)
    if options.normalization == .pjreddieCPU, let stored = model[variance].initializer {
      // v + 2e√v, rounded once: half an ulp of the variance is a quarter of one in the scale.
      let numbers = try stored.doubles().map { Float($0 + 2e-6 * $0.squareRoot()) }
      if let tensor = Tensor(numbers, shape: stored.shape) {
        variance = initializer("\(layer.index).equivalent_variance", tensor)
      }
    }
    return add(
      "BatchNormalization",
      [x, tensor(.scales), tensor(.biases), tensor(.mean), variance], output,
      name: "\(layer.index)_norm", type: type,
      attributes: [Attribute("epsilon", .float(options.normalization.epsilon))])
  }
}
