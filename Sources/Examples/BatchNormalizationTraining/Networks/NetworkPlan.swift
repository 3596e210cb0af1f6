/// What a network is made of, before it has numbers.
struct NetworkPlan: Sendable, Hashable {
  /// A hidden layer.
  enum Hidden: Sendable, Hashable {
    /// Fully connected units.
    case dense(Int)
    /// Convolution of 3×3 filters with stride 2, padded by one.
    case convolution(channels: Int)
  }

  var input: ImageShape
  var hidden: [Hidden]
  var classes = 10
  var activation = Activation.sigmoid
  /// Whether every hidden layer is normalized before its activation.
  var isNormalized = false
  /// The probability with which hidden activations are dropped in training.
  var dropout = 0.0
  /// The standard deviation of initial weights; nil: √(2/n) with n the inputs of a unit.
  var deviation: Double?

  /// The paper's network of §4.1: three fully connected layers.
  static func paper(
    width: Int = 100, input: ImageShape, activation: Activation = .sigmoid, isNormalized: Bool
  ) -> NetworkPlan {
    NetworkPlan(
      input: input, hidden: [.dense(width), .dense(width), .dense(width)],
      activation: activation, isNormalized: isNormalized)
  }

  /// Two convolutions with batch normalization by feature map.
  static func convolutional(input: ImageShape) -> NetworkPlan {
    NetworkPlan(
      input: input, hidden: [.convolution(channels: 8), .convolution(channels: 16)],
      activation: .relu, isNormalized: true)
  }
}
