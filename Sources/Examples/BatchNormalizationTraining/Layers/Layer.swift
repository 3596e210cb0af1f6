/// One layer of a network.
///
/// An enum and not a protocol: calls are direct, so that the compiler makes each layer's loops
/// anew for Float.
enum Layer<Number: TrainingFloat> {
  case dense(DenseLayer<Number>)
  case convolution(ConvolutionLayer<Number>)
  case normalization(BatchNormalizationLayer<Number>)
  case activation(ActivationLayer<Number>)
  case dropout(DropoutLayer<Number>)
  /// Makes one row of all places and feature maps of a sample; holds the image's shape.
  case flatten(ImageShape)

  /// What is being done with a network.
  enum Mode: Sendable {
    /// Statistics of the mini-batch, dropout, and everything is kept that gradients need.
    case training
    /// Statistics of the mini-batch, no dropout: the training network of Algorithm 2.
    case estimation
    /// Statistics of the population.
    case inference
  }

  func forward(_ x: Matrix<Number>, _ mode: Mode) -> Matrix<Number> {
    let keeps = mode == .training
    switch self {
    case .dense(let layer): return layer.forward(x, keeps: keeps)
    case .convolution(let layer): return layer.forward(x, keeps: keeps)
    case .normalization(let layer):
      return mode == .inference ? layer.infer(x) : layer.forward(x, keeps: keeps)
    case .activation(let layer): return layer.forward(x, keeps: keeps)
    case .dropout(let layer): return mode == .training ? layer.forward(x) : x
    case .flatten(let image): return x.reshaped(columns: image.count)
    }
  }

  func backward(_ dy: Matrix<Number>) -> Matrix<Number> {
    switch self {
    case .dense(let layer): layer.backward(dy)
    case .convolution(let layer): layer.backward(dy)
    case .normalization(let layer): layer.backward(dy)
    case .activation(let layer): layer.backward(dy)
    case .dropout(let layer): layer.backward(dy)
    case .flatten(let image): dy.reshaped(columns: image.channels)
    }
  }

  var parameters: [Parameter<Number>] {
    switch self {
    case .dense(let layer): [layer.weight] + (layer.bias.map { [$0] } ?? [])
    case .convolution(let layer): [layer.weight]
    case .normalization(let layer): [layer.gamma, layer.beta]
    case .activation, .dropout, .flatten: []
    }
  }
}
