public import GraphEvaluation
public import ModelIR

/// Samples of one kind, by number.
public protocol SampleSource: Sendable {
  /// How many there are.
  var count: Int { get }
  /// Where they come from, for messages.
  var name: String { get }
  /// The extents of one sample.
  var shape: [Int] { get }
  /// The type of their elements; floats of every kind can be made of each other.
  var dataType: DataType { get }
  /// What tells these samples from others without reading them: names, sizes, settings.
  var facts: [String] { get }

  /// The samples of a range, one behind the other.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `TensorError`.
  func elements(_ range: Range<Int>) throws -> RuntimeElements

  /// Throws when a file changed since it was opened.
  func checkUnchanged() throws
}
