/// A part of a graph that differs between the models, between values that both have.
public struct RegionCheck: Sendable {
  /// How a layer judged the region.
  public enum Outcome: Sendable, Hashable {
    /// Within its bound; the largest error as a fraction of the bound.
    case passed(ratio: Double)
    /// Beyond it, by this factor (infinite where numbers cannot say it: NaN, another shape).
    case failed(ratio: Double)
    /// Not compared, and why.
    case notCovered(String)

    /// The error as a fraction of its bound, where it was compared.
    public var ratio: Double? {
      switch self {
      case .passed(let ratio), .failed(let ratio): ratio
      case .notCovered: nil
      }
    }
  }

  /// The graph in which it lies.
  public var graph: String
  /// Values that go in, by name.
  public var inputs: [String]
  /// Values that come out, by name.
  public var outputs: [String]
  /// Its nodes in the original, as "Conv \"conv1\"".
  public var originalNodes: [String]
  /// Its nodes in the written model.
  public var writtenNodes: [String]
  /// Layer 2.
  public var probe: Outcome = .notCovered("was not run")
  /// Layer 3, the worst over all samples.
  public var lockstep: Outcome = .notCovered("was not reached")
  /// Decisions (largest, greater, rounded …) that were too close to be compared.
  public var undecided = 0

  /// Makes a region that has not been judged yet.
  public init(
    graph: String, inputs: [String], outputs: [String], originalNodes: [String],
    writtenNodes: [String]
  ) {
    self.graph = graph
    self.inputs = inputs
    self.outputs = outputs
    self.originalNodes = originalNodes
    self.writtenNodes = writtenNodes
  }
}
