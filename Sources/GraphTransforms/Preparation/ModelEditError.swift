/// Why an edit that was asked for cannot be made: it names something that the model does not have.
public struct ModelEditError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was asked for, what was found, and what to do, in one line.
  public let description: String

  /// Makes an error from its line.
  public init(_ description: String) { self.description = description }
}
