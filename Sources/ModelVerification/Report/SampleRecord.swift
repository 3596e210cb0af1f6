/// One set of inputs on which the models ran.
public struct SampleRecord: Sendable, Hashable {
  /// What it was: "given", "normal, seed 1", "zeros".
  public var kind: String
  /// Extents by input name.
  public var shapes: [String: [Int]]
  /// Why the models could not be compared to the end on it; nil when they were.
  public var problem: String?
  /// Whether its numbers are random ones.
  public var isRandom: Bool
  /// How many samples this stands for: random ones that went the same way are told once.
  public var count = 1

  /// Makes a record from its parts.
  public init(
    kind: String, shapes: [String: [Int]], problem: String? = nil, isRandom: Bool = false
  ) {
    self.kind = kind
    self.shapes = shapes
    self.problem = problem
    self.isRandom = isRandom
  }

  /// Whether another sample of random numbers went the same way.
  func isLike(_ other: SampleRecord) -> Bool {
    isRandom && other.isRandom && shapes == other.shapes && problem == other.problem
  }
}
