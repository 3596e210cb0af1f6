public import ModelIR

/// In which numbers a graph's floats are computed.
public enum EvaluationPrecision: Sendable, Hashable {
  /// As the types say: float32 in Float, float64 in Double, narrower floats in Float and rounded
  /// to their type after every node.
  case stored
  /// Every float type in Double, never rounded: the reference.
  case double

  /// Whether floats of this type are held in Double.
  public func holdsInDouble(_ type: DataType) -> Bool { self == .double || type == .float64 }
}
