internal import ModelVerification

/// Layers one after another.
final class Network<Number: TrainingFloat> {
  let plan: NetworkPlan
  let layers: [Layer<Number>]

  /// A network with initial weights from a Gaussian, biases 0, gamma 1, beta 0.
  ///
  /// The seed repeats them; weights do not depend on whether layers are normalized.
  init(_ plan: NetworkPlan, seed: UInt64) {
    self.plan = plan
    var layers: [Layer<Number>] = []
    var image = plan.input
    var isFlat = false
    func weights(_ count: Int, inputs: Int) -> [Number] {
      var numbers = SeededNumbers(seed: seed).stream("weights \(layers.count { $0.isLinear })")
      let deviation = plan.deviation ?? (2 / Double(inputs)).squareRoot()
      return (0..<count).map { _ in Number(numbers.normal() * deviation) }
    }
    func flatten() {
      if !isFlat { layers.append(.flatten(image)) }
      isFlat = true
    }
    func dense(_ outputs: Int, hasBias: Bool) {
      flatten()
      let inputs = image.count
      layers.append(
        .dense(
          DenseLayer(
            inputs: inputs, outputs: outputs, hasBias: hasBias,
            weights: weights(inputs * outputs, inputs: inputs))))
      image = ImageShape(height: 1, width: 1, channels: outputs)
    }
    for hidden in plan.hidden {
      switch hidden {
      case .dense(let units): dense(units, hasBias: !plan.isNormalized)
      case .convolution(let channels):
        let inputs = 9 * image.channels
        let layer = ConvolutionLayer(
          input: image, channels: channels, kernel: 3, stride: 2, padding: 1,
          weights: weights(inputs * channels, inputs: inputs))
        layers.append(.convolution(layer))
        image = layer.output
      }
      if plan.isNormalized {
        layers.append(.normalization(BatchNormalizationLayer(features: image.channels)))
      }
      layers.append(.activation(ActivationLayer(plan.activation)))
      if plan.dropout > 0 {
        layers.append(
          .dropout(DropoutLayer(probability: plan.dropout, seed: seed &+ UInt64(layers.count))))
      }
    }
    dense(plan.classes, hasBias: true)
    self.layers = layers
  }

  var parameters: [Parameter<Number>] { layers.flatMap(\.parameters) }

  /// The scores [N, classes] of samples; `watching` is told what each layer reads.
  func forward(
    _ x: Matrix<Number>, _ mode: Layer<Number>.Mode,
    watching: ((Int, Matrix<Number>) -> Void)? = nil
  ) -> Matrix<Number> {
    // Convolutions read a row for each place.
    let isImage = layers.first?.isConvolution == true
    var x = x.reshaped(columns: isImage ? plan.input.channels : x.columns)
    for (place, layer) in layers.enumerated() {
      watching?(place, x)
      x = layer.forward(x, mode)
    }
    return x
  }

  /// Sets every parameter's gradient from ∂ℓ/∂scores, and gives that of the input.
  @discardableResult
  func backward(_ gradient: Matrix<Number>) -> Matrix<Number> {
    layers.reversed().reduce(gradient) { $1.backward($0) }
  }

  /// *Algorithm 2*: statistics of the population from mini-batches that run through the network as
  /// in training.
  func estimatePopulation(_ batches: [Matrix<Number>]) {
    var seen: [Int: [(mean: [Double], variance: [Double])]] = [:]
    var m: [Int: Int] = [:]
    for batch in batches {
      _ = forward(batch, .estimation) { m[$0] = $1.rows }
      for (place, layer) in layers.enumerated() {
        guard case .normalization(let layer) = layer else { continue }
        seen[place, default: []].append(
          (layer.batchMean.map { Double($0) }, layer.batchVariance.map { Double($0) }))
      }
    }
    for (place, layer) in layers.enumerated() {
      guard case .normalization(let layer) = layer, let batches = seen[place], let m = m[place]
      else { continue }
      layer.population = PopulationStatistics(batches: batches, m: m)
    }
  }
}

extension Layer {
  var isConvolution: Bool {
    if case .convolution = self { true } else { false }
  }

  var isLinear: Bool {
    switch self {
    case .dense, .convolution: true
    default: false
    }
  }
}
