public import ModelIR

/// The mode of Dropout by each opset's own rule: is_test (1 and 6), always inference (7 and 10),
/// an input (from 12 on).
public struct DropoutAttributes: Sendable, Hashable {
  /// What the node does.
  public enum Mode: Sendable, Hashable {
    /// It passes its input on.
    case inference
    /// It drops at random.
    case training
    /// This value, a bool, says which.
    case givenBy(ValueID)
  }

  /// What the node does.
  public var mode: Mode

  /// Reads the attributes of a Dropout in an opset.
  public init(_ node: Node, opset: Int) throws(AttributeError) {
    if opset < 7 {
      mode = try node.flag("is_test") ? .inference : .training
    } else if opset >= 12, let training = node.input(2) {
      mode = .givenBy(training)
    } else {
      mode = .inference
    }
  }

  /// The mode where a training_mode input may be looked up among the constants.
  public func resolved(_ constants: inout ConstantView, in model: Model) -> Mode {
    guard case .givenBy(let value) = mode,
      let flag = constants.integers(value, in: model, limit: 1)?.first
    else { return mode }
    return flag == 0 ? .inference : .training
  }
}
