public import ModelIR

/// The attributes of BatchNormalization, with its mode by each opset's own rule.
///
///     Y = (X − mean) / √(variance + epsilon) · gamma + beta      per channel, axis 1
///
/// Inputs: X [N, C, …], gamma [C], beta [C], mean [C], variance [C] (population variance).
/// Source: ONNX Changelog, BatchNormalization 1, 6, 7, 9, 14, 15.
public struct BatchNormalizationAttributes: Sendable, Hashable {
  /// Added to the variance: the stored Float widened; 1e-5 as Float where it is absent.
  public var epsilon: Double
  /// Whether the file states epsilon.
  public var statesEpsilon: Bool
  /// How training would move the running statistics; without meaning for inference.
  public var momentum: Double
  /// Uses the stored statistics: is_test (opsets 1 and 6), one output (7 to 13), training_mode
  /// absent or 0 (from 14 on).
  public var isInference: Bool
  /// One set of parameters per channel; false (spatial = 0, up to opset 8) means one per feature,
  /// which is no map per channel.
  public var isPerChannel: Bool
  /// More than one output is wanted although the mode is inference: opsets up to 6 allow it,
  /// from 14 on it is an error.
  public var hasExtraOutputs: Bool

  /// Reads the attributes of a BatchNormalization in an opset.
  public init(_ node: Node, opset: Int) throws(AttributeError) {
    let stored = try node.float("epsilon")
    epsilon = Double(stored ?? 1e-5)
    statesEpsilon = stored != nil
    momentum = try node.double("momentum", or: 0.9)
    let extra = node.usedOutputCount > 1
    if opset < 7 {
      isInference = try node.flag("is_test")
    } else if opset < 14 {
      isInference = !extra
    } else {
      isInference = try !node.flag("training_mode")
    }
    hasExtraOutputs = extra && isInference
    // Files carry "spatial" beyond opset 8, where it has lost its meaning.
    isPerChannel = opset < 9 ? try node.flag("spatial", or: true) : true
  }
}
