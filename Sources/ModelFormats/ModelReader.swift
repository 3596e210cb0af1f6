public import ByteStore
public import ModelIR

/// Reads one format.
public protocol ModelReader: Sendable {
  /// The format it reads.
  static var format: ModelFormat { get }

  /// How likely a file is of this format; looks at the candidate only.
  func probe(_ candidate: ProbeCandidate) -> ProbeConfidence

  /// Reads a model.
  ///
  /// Errors: `FormatError` for what the file holds, `FileAccessError` for what the system refuses.
  func read(_ source: ByteSource, options: ReadOptions) throws -> ReadResult
}

/// A model as it was read, with what its writer needs to edit the file instead of rewriting it.
public struct ReadResult: Sendable {
  /// The model.
  public var model: Model
  /// What a user should know.
  public var diagnostics: [Diagnostic]
  /// The file.
  public var source: ByteSource
  /// Files of external data by the name the model file gives them.
  public var externalSources: [String: ByteSource]
  /// Nodes that no fold may touch, and why.
  public var kept: [NodeID: String]
  /// What the format's own writer needs besides the model; nobody else reads it.
  public var annex: (any Sendable)?

  /// Makes a result from its parts.
  public init(
    model: Model, diagnostics: [Diagnostic] = [], source: ByteSource,
    externalSources: [String: ByteSource] = [:], kept: [NodeID: String] = [:],
    annex: (any Sendable)? = nil
  ) {
    self.model = model
    self.diagnostics = diagnostics
    self.source = source
    self.externalSources = externalSources
    self.kept = kept
    self.annex = annex
  }

  /// Throws when one of the files changed since it was opened.
  public func checkUnchanged() throws {
    try source.checkUnchanged()
    for external in externalSources.values { try external.checkUnchanged() }
  }
}
