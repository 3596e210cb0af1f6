public import ModelIR

/// A change that the user asks for and that may change what the model computes: the edited model,
/// not the one in the file, is what a fold is then compared with.
public protocol ModelEdit: Sendable {
  /// Edits the model and tells, for the report, what was changed; nothing where nothing was to do.
  func apply(to model: inout Model) throws(ModelEditError) -> [String]
}
