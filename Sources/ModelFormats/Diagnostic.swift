/// Something a user should know about a file that could be read all the same.
public struct Diagnostic: Sendable, Hashable {
  /// How much it matters.
  public enum Severity: Sendable, Hashable {
    /// Worth knowing.
    case note
    /// Probably a mistake in the file.
    case warning
  }

  /// How much it matters.
  public var severity: Severity
  /// What was found; one line.
  public var message: String
  /// Where.
  public var location: InputLocation

  /// Makes a diagnostic from its parts.
  public init(_ severity: Severity, _ message: String, at location: InputLocation) {
    self.severity = severity
    self.message = message
    self.location = location
  }
}

extension Diagnostic: CustomStringConvertible {
  /// One line: `model.onnx: byte 12: graph: warning: …`.
  public var description: String {
    "\(location): \(severity == .note ? "note" : "warning"): \(message)"
  }
}
