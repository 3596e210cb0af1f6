/// Why statistics cannot be estimated.
public struct CalibrationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Whose fault it is.
  public enum Kind: Sendable, Hashable {
    /// The options do not go together with the model or the data.
    case usage
    /// The data, or what an earlier run wrote, is not what it should be.
    case badInput
    /// There is no way to do it.
    case unsupported
  }

  /// Whose fault it is.
  public var kind: Kind
  /// What was found and what to do, in one line.
  public var description: String

  /// Makes an error from its parts.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
