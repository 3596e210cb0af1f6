/// A file operation that the system refused.
public struct FileAccessError: Error, Sendable, Hashable {
  /// What was tried, as a verb phrase: "open", "read", "rename".
  public var operation: String
  /// The file it was tried on.
  public var path: String
  /// What went wrong.
  public var problem: Problem

  /// What kept an operation from succeeding.
  public enum Problem: Sendable, Hashable {
    /// The system's error number.
    case system(errno: Int32)
    /// The file ended before the bytes that were asked for.
    case truncated(offset: Int, needed: Int, available: Int)
    /// Size or modification time differ from when the file was opened.
    case changedWhileReading
    /// Not a regular file: a directory, FIFO or device.
    case notARegularFile
    /// A path that leads, or may lead, outside the folder it is confined to.
    case escapes(reason: String)
  }

  /// Makes an error from its parts.
  public init(operation: String, path: String, problem: Problem) {
    self.operation = operation
    self.path = path
    self.problem = problem
  }
}
