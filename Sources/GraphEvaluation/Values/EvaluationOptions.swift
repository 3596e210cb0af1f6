internal import ByteStore

/// What an evaluation may use.
public struct EvaluationOptions: Sendable, Hashable {
  /// Threads inside a kernel.
  ///
  /// The same number gives bit-identical results on the same machine.
  public var threads: Int
  /// Elements of one tensor.
  public var maximumElements: Int
  /// Bytes of all values alive at one time, not counting the model's constants.
  public var maximumBytes: Int
  /// Nodes that one run may run, those of bodies and functions each time anew.
  public var maximumSteps = 1 << 23
  /// Whether constants stay converted between runs: faster for several samples, at the price of
  /// their memory.
  public var keepsConstants: Bool

  /// Makes options; zero threads stand for one on each processor.
  public init(
    threads: Int = 0, maximumElements: Int = 1 << 31, maximumBytes: Int = 1 << 36,
    keepsConstants: Bool = true
  ) {
    self.threads = threads > 0 ? threads : ProcessFacts.processors
    self.maximumElements = maximumElements
    self.maximumBytes = maximumBytes
    self.keepsConstants = keepsConstants
  }
}
