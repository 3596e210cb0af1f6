/// One difference between the models, with the numbers that show it.
public struct VerificationFailure: Sendable, Hashable {
  /// The layer that found it.
  public var layer: VerificationLayer
  /// The graph in which it lies: "graph", "graph/If \"if_out\"/then_branch", "function my.block".
  public var graph: String
  /// The value, tensor or operator that differs.
  public var subject: String
  /// What is wrong, in words.
  public var message: String
  /// The first element that differs, and its numbers; nil where no numbers are compared.
  public var element: ElementDifference?

  /// Makes a failure from its parts.
  public init(
    layer: VerificationLayer, graph: String, subject: String, message: String,
    element: ElementDifference? = nil
  ) {
    self.layer = layer
    self.graph = graph
    self.subject = subject
    self.message = message
    self.element = element
  }
}

/// Two numbers that should agree.
public struct ElementDifference: Sendable, Hashable {
  /// Where it stands in its tensor.
  public var index: [Int]
  /// What was found in the written model.
  public var found: Double
  /// What the original says.
  public var expected: Double
  /// How far they may be apart.
  public var bound: Double
  /// Elements of the tensor that differ beyond their bounds.
  public var count: Int
  /// The largest |found − expected| / bound of the tensor.
  public var worstRatio: Double

  /// Makes a difference from its parts.
  public init(
    index: [Int], found: Double, expected: Double, bound: Double, count: Int, worstRatio: Double
  ) {
    self.index = index
    self.found = found
    self.expected = expected
    self.bound = bound
    self.count = count
    self.worstRatio = worstRatio
  }
}
