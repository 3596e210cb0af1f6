public import ModelIR

/// One constant affine per channel of the input model, and what became of it.
public struct FoldSite: Sendable {
  /// What kind of node it is.
  public enum Kind: Sendable, Hashable {
    /// A BatchNormalization.
    case batchNormalization
    /// Mul, Div, Add or Sub by a constant per channel, or Neg.
    case arithmetic
  }

  /// What became of a site.
  public enum Outcome: Sendable, Hashable {
    /// It is gone: by this rule, into these nodes.
    case folded(rule: String, into: [NodeID])
    /// Its scale is gone, by this rule, into these nodes; an Add of the shift stands in its place.
    case halfFolded(rule: String, into: [NodeID])
    /// It is part of a convolution that was merged from parallel branches.
    case merged(into: NodeID)
    /// A simplification by this rule removed its node.
    case removed(rule: String)
    /// It is still there, for this reason.
    case kept(KeepReason)
  }

  /// The graph it stands in.
  public var graph: GraphID
  /// Its node in the input model.
  public var node: NodeID
  /// The node's name, or that of its first output.
  public var name: String
  /// What kind of node it is.
  public var kind: Kind
  /// What became of it.
  public var outcome: Outcome
  /// What was tried for it, where `FoldOptions.tellsStories` asks for that.
  public var story: SiteStory?

  /// Whether it was folded whole.
  public var isFolded: Bool {
    switch outcome {
    case .folded, .merged: true
    case .halfFolded, .removed, .kept: false
    }
  }
}
