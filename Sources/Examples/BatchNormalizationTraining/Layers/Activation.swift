/// What bends a layer's output.
enum Activation: String, Sendable, Hashable {
  /// 1/(1 + exp(−x))
  case sigmoid
  /// max(0, x)
  case relu
}
