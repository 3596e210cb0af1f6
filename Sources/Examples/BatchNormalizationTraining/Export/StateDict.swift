internal import ByteStore
internal import ModelIR
internal import SafetensorsFormat

/// The network's tensors under the names that PyTorch gives those of a sequence of layers.
///
/// `network.1.weight`, `network.2.running_mean`: neighbours in a sequence belong together, so a
/// batch normalization is certain to follow its layer.
enum StateDict {
  /// What the names of a layer's tensors begin with.
  static func prefix(_ place: Int) -> String { "network.\(place)" }

  /// All tensors in ONNX's layouts: Gemm [O, I], Conv [O, C, kH, kW].
  static func tensors(of network: Network<Float>) -> [(name: String, tensor: Tensor)] {
    var image: ImageShape?
    return network.layers.enumerated().flatMap { place, layer -> [(String, Tensor)] in
      let prefix = prefix(place)
      var result: [(String, Tensor)] = []
      switch layer {
      case .dense(let dense):
        result.append(("weight", weight(of: dense, behind: image)))
        if let bias = dense.bias { result.append(("bias", tensor(bias.values, bias.shape))) }
        image = nil
      case .convolution(let convolution): result.append(("weight", weight(of: convolution)))
      case .normalization(let layer):
        let shape = [layer.features]
        result = [
          ("weight", tensor(layer.gamma.values, shape)),
          ("bias", tensor(layer.beta.values, shape)),
          ("running_mean", tensor(layer.population.mean.map { Float($0) }, shape)),
          ("running_var", tensor(layer.population.variance.map { Float($0) }, shape)),
        ]
      case .flatten(let shape): image = shape
      case .activation, .dropout: break
      }
      return result.map { ("\(prefix).\($0.0)", $0.1) }
    }
  }

  /// Writes them as a safetensors file.
  static func write(_ network: Network<Float>, to path: String) throws {
    let files = try OutputFiles(model: path)
    try SafetensorsWriter.write(
      tensors(of: network).compactMap { .init(name: $0.name, tensor: $0.tensor) },
      metadata: [("format", "pt")], to: files.model)
    try files.finish(sync: false)
    try files.commit()
  }

  /// Columns of a layer behind an image go from (H, W, C), as they are trained, to (C, H, W).
  private static func weight(of dense: DenseLayer<Float>, behind image: ImageShape?) -> Tensor {
    let values = dense.weight.values
    guard let image, image.channels > 1 else { return tensor(values, dense.weight.shape) }
    var sorted: [Float] = []
    sorted.reserveCapacity(values.count)
    for row in 0..<dense.outputs {
      for channel in 0..<image.channels {
        for place in 0..<image.places {
          sorted.append(values[row * dense.inputs + place * image.channels + channel])
        }
      }
    }
    return tensor(sorted, dense.weight.shape)
  }

  /// [O, kH, kW, C] to [O, C, kH, kW].
  private static func weight(of layer: ConvolutionLayer<Float>) -> Tensor {
    let (channels, places) = (layer.input.channels, layer.kernel * layer.kernel)
    let values = layer.weight.values
    var sorted: [Float] = []
    sorted.reserveCapacity(values.count)
    for filter in 0..<layer.output.channels {
      for channel in 0..<channels {
        for place in 0..<places {
          sorted.append(values[(filter * places + place) * channels + channel])
        }
      }
    }
    return tensor(sorted, [layer.output.channels, channels, layer.kernel, layer.kernel])
  }

  private static func tensor(_ values: [Float], _ extents: [Int]) -> Tensor {
    guard let shape = TensorShape(extents), let tensor = Tensor(values, shape: shape) else {
      preconditionFailure("\(values.count) numbers for \(extents)")
    }
    return tensor
  }
}
