/// Something that only the whole can find wrong.
public struct PipelineError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Whose fault it is.
  public enum Kind: Sendable, Hashable {
    /// The caller asks for something that does not go together.
    case usage
    /// An input is not what it should be.
    case badInput
    /// There is no way to do it yet.
    case unsupported
    /// Ours.
    case bug
  }

  /// Whose fault it is.
  public var kind: Kind
  /// What happened and what to do, in one line.
  public var description: String

  /// Makes an error from its parts.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  static func bug(_ description: String) -> PipelineError {
    PipelineError(
      .bug, "\(description); this is a bug in bnfold \(Version.string), please report it")
  }
}
