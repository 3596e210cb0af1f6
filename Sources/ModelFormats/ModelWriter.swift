public import ByteStore
public import ModelIR

/// Writes one format.
public protocol ModelWriter: Sendable {
  /// The format it writes.
  static var format: ModelFormat { get }

  /// Writes a model that was made from `original` by edits: what did not change is copied as it
  /// stands. Writing only; the caller finishes and commits the files.
  ///
  /// Errors: `FormatError` for what the format cannot hold, `UnwritableTensor` for elements that do
  /// not fit their type, `FileAccessError` for what the system refuses.
  func write(_ model: Model, basedOn original: ReadResult, to output: OutputFiles) throws
}
