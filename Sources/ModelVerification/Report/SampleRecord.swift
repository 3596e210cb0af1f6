/// One set of inputs on which the models ran.
public struct SampleRecord: Sendable, Hashable {
  /// What it was: "given", "normal, seed 1", "zeros".
  public var kind: String
  /// Extents by input name.
  public var shapes: [String: [Int]]
  /// Why the models could not be compared to the end on it; nil when they were.
  public var problem: String?

  /// Makes a record from its parts.
  public init(kind: String, shapes: [String: [Int]], problem: String? = nil) {
    self.kind = kind
    self.shapes = shapes
    self.problem = problem
  }
}
