/// Why a tensor's elements cannot be produced.
public enum TensorError: Error, Sendable, Hashable {
  /// The bytes at hand are not those of the shape: found and expected bytes or elements.
  case wrongLength(found: Int, expected: Int)
  /// A varint that does not end or does not fit, at a byte offset of the source.
  case malformedVarint(offset: Int)
  /// A computed element does not fit the type: its channel, the Double, and what is lost.
  case doesNotFit(channel: Int, value: Double, loss: Loss)
  /// A computed tensor of a type that no fold may write.
  case notComputable(DataType)
  /// A sparse tensor whose index lies outside its shape or is out of order.
  case badSparseIndex(position: Int)
  /// More elements than the caller allows in memory at once.
  case tooLarge(elements: Int, allowed: Int)

  /// What rounding to the type would lose.
  public enum Loss: Sendable, Hashable {
    /// The number is larger than the type's largest.
    case overflow
    /// More than u·‖W′‖ of the channel disappears among the subnormals.
    case underflow
    /// The number itself is NaN or infinite.
    case notFinite
  }
}
