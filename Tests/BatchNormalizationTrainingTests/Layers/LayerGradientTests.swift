import Testing

@testable import BatchNormalizationTraining

@Suite("Gradients of whole networks")
struct LayerGradientTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var plan: NetworkPlan
  }

  static let image = ImageShape(height: 5, width: 5, channels: 2)
  static let cases = [
    Case(
      testDescription: "dense, sigmoid, BN",
      plan: NetworkPlan(
        input: image, hidden: [.dense(6), .dense(4)], classes: 3, activation: .sigmoid,
        isNormalized: true)),
    Case(
      testDescription: "dense, sigmoid, biases",
      plan: NetworkPlan(
        input: image, hidden: [.dense(6), .dense(4)], classes: 3, activation: .sigmoid)),
    Case(
      testDescription: "convolution, ReLU, BN by feature map",
      plan: NetworkPlan(
        input: image, hidden: [.convolution(channels: 3), .convolution(channels: 4)], classes: 3,
        activation: .relu, isNormalized: true)),
    Case(
      testDescription: "convolution, sigmoid, BN, then dense",
      plan: NetworkPlan(
        input: image, hidden: [.convolution(channels: 3), .dense(5)], classes: 3,
        activation: .sigmoid, isNormalized: true)),
  ]

  /// All numbers that the loss of a mini-batch depends on: its samples, and each parameter.
  private func check(_ network: Network<Double>) -> [(name: String, distance: Double)] {
    let rows = 6
    let labels = (0..<rows).map { $0 % network.plan.classes }
    var input = GradientCheck.normal(rows * network.plan.input.count, seed: 5)
    func loss(_ x: [Double]) -> Double {
      let samples = Matrix(rows: rows, columns: network.plan.input.count, elements: x)
      return SoftmaxLoss.of(network.forward(samples, .training), labels: labels).loss
    }
    let samples = Matrix(rows: rows, columns: network.plan.input.count, elements: input)
    let (_, gradient) = SoftmaxLoss.of(network.forward(samples, .training), labels: labels)
    let dx = network.backward(gradient).elements
    let gradients = network.parameters.map(\.gradient)
    var result = [
      ("input", GradientCheck.distance(dx, GradientCheck.differences(&input, loss)))
    ]
    for (parameter, gradient) in zip(network.parameters, gradients) {
      var values = parameter.values
      let differences = GradientCheck.differences(&values) {
        parameter.values = $0
        return loss(input)
      }
      parameter.values = values
      result.append((parameter.name, GradientCheck.distance(gradient, differences)))
    }
    return result
  }

  @Test("Backward agrees with central differences", arguments: cases)
  func gradients(_ one: Case) {
    let network = Network<Double>(one.plan, seed: 2)
    // ReLUs have a corner at 0: gamma and beta that keep clear of it.
    for (place, layer) in network.layers.enumerated() {
      guard case .normalization(let layer) = layer else { continue }
      layer.beta.values = GradientCheck.normal(layer.features, seed: UInt64(place))
    }
    let found = check(network)
    #expect(found.count == 1 + network.parameters.count)
    for (name, distance) in found {
      #expect(distance <= GradientCheck.bound, "\(name): \(distance)")
    }
  }

  @Test("Layers before batch normalization have no bias; others have")
  func biases() {
    let names = { (plan: NetworkPlan) in Network<Double>(plan, seed: 1).parameters.map(\.name) }
    #expect(
      names(Self.cases[0].plan) == [
        "weight", "weight", "bias", "weight", "weight", "bias", "weight", "bias",
      ])
    #expect(names(Self.cases[1].plan) == ["weight", "bias", "weight", "bias", "weight", "bias"])
    #expect(
      Network<Double>(Self.cases[0].plan, seed: 1).layers.allSatisfy { layer in
        guard case .dense(let dense) = layer else { return true }
        return (dense.bias == nil) == (dense.outputs != 3)
      })
  }

  @Test("A convolution is the sum over its window, zeros outside")
  func convolution() {
    // A 3×3 image of one channel, a kernel that adds up its window: stride 2, padded by one.
    let layer = ConvolutionLayer<Double>(
      input: ImageShape(height: 3, width: 3, channels: 1), channels: 1, kernel: 3, stride: 2,
      padding: 1, weights: [Double](repeating: 1, count: 9))
    let y = layer.forward(
      Matrix(rows: 9, columns: 1, elements: [1, 2, 3, 4, 5, 6, 7, 8, 9]), keeps: false)
    #expect(y.elements == [12, 16, 24, 28])
  }

  @Test("Softmax cross-entropy and its gradient, by hand")
  func softmax() {
    let (loss, gradient) = SoftmaxLoss.of(
      Matrix<Double>(rows: 2, columns: 2, elements: [0, 0, 1000, 1000]), labels: [1, 0])
    #expect(abs(loss - 0.6931471805599453) < 1e-15)
    #expect(gradient.elements == [0.25, -0.25, -0.25, 0.25])
  }

  @Test("Dropout drops about its share, scales the rest, and is no part of the frozen network")
  func dropout() {
    let layer = DropoutLayer<Double>(probability: 0.25, seed: 4)
    let ones = Matrix<Double>(
      rows: 100, columns: 100, elements: [Double](repeating: 1, count: 10_000))
    let y = layer.forward(ones)
    #expect(Set(y.elements) == [0, 1 / 0.75])
    #expect((2_300...2_700).contains(y.elements.count { $0 == 0 }))
    #expect(layer.backward(ones).elements == y.elements)
    #expect(Layer.dropout(layer).forward(ones, .inference).elements == ones.elements)
    #expect(Layer.dropout(layer).forward(ones, .estimation).elements == ones.elements)
  }

  @Test("L2 draws weights to zero, and nothing else")
  func regularization() {
    let weight = Parameter<Double>(name: "w", shape: [1], isRegularized: true, values: [2])
    weight.gradient = [1]
    weight.descend(rate: 0.5, decay: 0.1)
    #expect(weight.values == [2 - 0.5 * (1 + 0.2)])
    let gamma = Parameter<Double>(name: "g", shape: [1], isRegularized: false, values: [2])
    gamma.gradient = [1]
    gamma.descend(rate: 0.5, decay: 0.1)
    #expect(gamma.values == [1.5])
  }
}
