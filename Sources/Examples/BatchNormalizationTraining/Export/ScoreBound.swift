/// Scores of a frozen network in Double, with what rounding in Float can do to them at most.
///
/// *Formula*, with u = 2⁻²⁴ and e the bound of what a layer reads, x:
///
///     layer of k products    |W|·e + γ_{k+8}·(|W|·(|x| + e) + |b|),  γ_n = n·u/(1 − n·u)
///     batch normalization    |s|·e + γ_8·(|s|·(|x| + e + |mean|) + |beta|), s = gamma/√(variance + ε)
///     sigmoid                e/4 + 8u
///     ReLU                   e
///
/// It holds for the network with its batch normalizations and for the folded one, in whatever
/// order sums are made: a folded weight is rounded once more, which the 8 covers. Worst cases add
/// up, so it is far above what happens.
enum ScoreBound {
  /// Scores and bounds [N, classes] of images.
  static func scores(
    of network: Network<Float>, images: Matrix<Float>
  ) -> (scores: Matrix<Double>, bounds: Matrix<Double>) {
    let isConvolutional = network.layers.first?.isConvolution == true
    let columns = isConvolutional ? network.plan.input.channels : images.columns
    var x = Matrix(
      rows: images.rows, columns: images.columns, elements: images.elements.map(Double.init)
    ).reshaped(columns: columns)
    var bound = Matrix<Double>(rows: x.rows, columns: x.columns)
    for layer in network.layers {
      (x, bound) = step(layer, x, bound)
    }
    return (x, bound)
  }

  private static func gamma(_ count: Int) -> Double {
    let product = Double(count) * 0x1p-24
    return product / (1 - product)
  }

  private static func step(
    _ layer: Layer<Float>, _ x: Matrix<Double>, _ bound: Matrix<Double>
  ) -> (Matrix<Double>, Matrix<Double>) {
    let reach = zip(x.elements, bound.elements).map { abs($0) + $1 }
    let largest = Matrix(rows: x.rows, columns: x.columns, elements: reach)
    switch layer {
    case .dense(let dense):
      func copy(_ form: (Double) -> Double) -> DenseLayer<Double> {
        let copy = DenseLayer<Double>(
          inputs: dense.inputs, outputs: dense.outputs, hasBias: dense.bias != nil,
          weights: dense.weight.values.map { form(Double($0)) })
        copy.bias?.values = dense.bias?.values.map { form(Double($0)) } ?? []
        return copy
      }
      let sizes = copy(abs)
      let all = sizes.forward(largest, keeps: false)
      sizes.bias?.values = [Double](repeating: 0, count: dense.outputs)
      return (
        copy { $0 }.forward(x, keeps: false),
        sum(sizes.forward(bound, keeps: false), all, gamma(dense.inputs + 8))
      )
    case .convolution(let convolution):
      func copy(_ form: (Double) -> Double) -> ConvolutionLayer<Double> {
        ConvolutionLayer(
          input: convolution.input, channels: convolution.output.channels,
          kernel: convolution.kernel, stride: convolution.stride, padding: convolution.padding,
          weights: convolution.weight.values.map { form(Double($0)) })
      }
      let sizes = copy(abs)
      let products = convolution.kernel * convolution.kernel * convolution.input.channels
      return (
        copy { $0 }.forward(x, keeps: false),
        sum(
          sizes.forward(bound, keeps: false), sizes.forward(largest, keeps: false),
          gamma(products + 8))
      )
    case .normalization(let layer): return normalize(layer, x, bound, largest)
    case .activation(let layer):
      let y = ActivationLayer<Double>(layer.function).forward(x, keeps: false)
      guard layer.function == .sigmoid else { return (y, bound) }
      var bound = bound
      for place in bound.elements.indices {
        bound.elements[place] = bound.elements[place] / 4 + 0x1p-21
      }
      return (y, bound)
    case .dropout: return (x, bound)
    case .flatten(let image):
      return (x.reshaped(columns: image.count), bound.reshaped(columns: image.count))
    }
  }

  private static func normalize(
    _ layer: BatchNormalizationLayer<Float>, _ x: Matrix<Double>, _ bound: Matrix<Double>,
    _ largest: Matrix<Double>
  ) -> (Matrix<Double>, Matrix<Double>) {
    // As a file holds them: Float.
    let mean = layer.population.mean.map { Double(Float($0)) }
    let scale = (0..<layer.features).map { feature in
      Double(layer.gamma.values[feature])
        / (Double(Float(layer.population.variance[feature])) + Double(layer.epsilon)).squareRoot()
    }
    let shift = layer.beta.values.map { Double($0) }
    let factor = gamma(8)
    var (y, result) = (x, bound)
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let place = row * x.columns + column
        let size = abs(scale[column])
        y.elements[place] = (x.elements[place] - mean[column]) * scale[column] + shift[column]
        result.elements[place] =
          size * bound.elements[place] + factor
          * (size * (largest.elements[place] + abs(mean[column])) + abs(shift[column]))
      }
    }
    return (y, result)
  }

  /// The sum a + factor·b.
  private static func sum(
    _ a: Matrix<Double>, _ b: Matrix<Double>, _ factor: Double
  ) -> Matrix<Double> {
    Matrix(
      rows: a.rows, columns: a.columns,
      elements: zip(a.elements, b.elements).map { $0 + factor * $1 })
  }
}
