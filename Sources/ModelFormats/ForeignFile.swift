/// A file that is recognised and not read: what it is, and what to do.
public struct ForeignFile: Sendable, Hashable {
  /// What the file is: "a PyTorch checkpoint".
  public var kind: String
  /// What a user can do about it; one sentence.
  public var advice: String

  /// Makes a description from its parts.
  public init(kind: String, advice: String) {
    self.kind = kind
    self.advice = advice
  }

  /// Recognises a file by its first bytes, then by its name; nil when it may be anything.
  public init?(_ candidate: ProbeCandidate) {
    for entry in Self.byContent where entry.matches(candidate) {
      self = entry.file(candidate)
      return
    }
    guard let known = Self.byName[candidate.fileExtension] else { return nil }
    self = known
  }
}

extension ForeignFile: CustomStringConvertible {
  /// One line: `this is a gzip archive: unpack it first`.
  public var description: String { "this is \(kind): \(advice)" }
}
