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

  /// Tells of a patch why the format cannot hold its result; nil: it can.
  func refusal(
    basedOn original: ReadResult
  ) -> (@Sendable (GraphPatch, Model) -> String?)?

  /// The model with the names that its values have when what is written is read again, for formats
  /// that give tensors names of their own.
  func named(_ model: Model, basedOn original: ReadResult) -> Model

  /// The reader for what is written, where it has to know what was done.
  func reader(of model: Model, basedOn original: ReadResult) -> (any ModelReader)?
}

extension ModelWriter {
  /// Everything can be held.
  public func refusal(
    basedOn original: ReadResult
  ) -> (@Sendable (GraphPatch, Model) -> String?)? { nil }

  /// Names stay.
  public func named(_ model: Model, basedOn original: ReadResult) -> Model { model }

  /// The reader of the input.
  public func reader(of model: Model, basedOn original: ReadResult) -> (any ModelReader)? { nil }
}
