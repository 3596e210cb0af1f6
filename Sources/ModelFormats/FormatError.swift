public import ByteStore

/// What keeps a file from being read, or a model from being written, and where.
public struct FormatError: Error, Sendable, Hashable {
  /// What is wrong.
  public enum Problem: Sendable, Hashable {
    /// The file ends too early.
    case truncated(needed: Int, available: Int)
    /// More of something than is allowed.
    case limitExceeded(ReadLimits.Limit, found: Int, allowed: Int)
    /// Bytes that do not follow the format.
    case malformed(field: String, detail: String)
    /// Something the format demands is not there.
    case missing(field: String)
    /// Two facts of the file disagree; the text names both.
    case inconsistent(String)
    /// Valid, and not something that can be read; the text says what, and what to do.
    case unsupported(String)
    /// Valid, and not something that the output format can hold (writers only).
    case unrepresentable(String)
    /// A file of another format.
    case foreign(ForeignFile)
    /// Another file that this one names cannot be opened.
    case inaccessible(FileAccessError)
  }

  /// What is wrong.
  public var problem: Problem
  /// Where.
  public var location: InputLocation

  /// Makes an error from its parts.
  public init(_ problem: Problem, at location: InputLocation) {
    self.problem = problem
    self.location = location
  }
}

extension FormatError: CustomStringConvertible {
  /// One line: the place, then the problem.
  public var description: String { "\(location): \(problem)" }
}

extension FormatError.Problem: CustomStringConvertible {
  /// What was found, what was expected, and where it helps what to do.
  public var description: String {
    switch self {
    case .truncated(let needed, let available):
      "the file ends too early: \(needed) more bytes are announced, \(available) are there; "
        + "it may be a partial download"
    case .limitExceeded(let limit, let found, let allowed):
      "too many \(limit.rawValue): \(found), the limit is \(allowed)"
    case .malformed(let field, let detail): "malformed \(field): \(detail)"
    case .missing(let field): "\(field) is missing"
    case .inconsistent(let text): text
    case .unsupported(let text): "not supported: \(text)"
    case .unrepresentable(let text): "cannot be written: \(text)"
    case .foreign(let file): "\(file)"
    case .inaccessible(let error): "\(error)"
    }
  }
}
