/// What a fold says it did to one tensor: "this weight is that weight times this affine".
///
/// Plain data for the verifier, which recomputes every claim from the parameters in the input
/// file and never trusts it. All ids but `target` are of the input model.
///
/// For a weight:  W′[i] = W[i] · Π over steps  factor(step, channel(i))
/// where factor is the step's scale. For a bias the steps act in order on b (zeros where `source`
/// is nil, times `sourceScale` at first):
///     output step:  b ← scale·b + shift
///     input step:   b ← b + Σ over the weight's elements of output channel o: W[i]·shift(channel(i))
/// with W as it is when the step acts.
public struct FoldClaim: Sendable {
  /// Whether the tensor multiplies or is added.
  public enum Role: Sendable, Hashable {
    /// A weight.
    case weight
    /// A bias; `weight` is what input steps sum over.
    case bias(weight: ValueID?)
  }

  /// One affine that met the tensor.
  public struct Step: Sendable {
    /// Which side of the linear node the affine came from.
    public enum Side: Sendable, Hashable {
      /// y = scale·(W·x + b) + shift.
      case output
      /// y = W·(scale·x + shift) + b.
      case input
    }

    /// The nodes of the input model that make the affine together, in the order they are applied
    /// (a BatchNormalization; a Mul; a Mul and an Add).
    public var affine: [NodeID]
    /// The side it acts on.
    public var side: Side
    /// Which channel an element of the weight belongs to on that side.
    public var index: ChannelIndex
    /// Channel c of the linear node is channel `channelMap[c]` of the affine; nil: c itself.
    public var channelMap: [Int]?

    /// Makes a step from its parts.
    public init(
      affine: [NodeID], side: Side, index: ChannelIndex, channelMap: [Int]? = nil
    ) {
      self.affine = affine
      self.side = side
      self.index = index
      self.channelMap = channelMap
    }
  }

  /// The new initializer, in the folded model.
  public var target: ValueID
  /// Weight or bias.
  public var role: Role
  /// The linear node that absorbed the affines.
  public var linearNode: NodeID
  /// The tensor it was made from; nil for a bias that did not exist.
  public var source: ValueID?
  /// What multiplies the source at first (Gemm's beta); 1 else.
  public var sourceScale: Double
  /// The affines, in the order they were folded.
  public var steps: [Step]

  /// Makes a claim from its parts.
  public init(
    target: ValueID, role: Role, linearNode: NodeID, source: ValueID?, sourceScale: Double = 1,
    steps: [Step]
  ) {
    self.target = target
    self.role = role
    self.linearNode = linearNode
    self.source = source
    self.sourceScale = sourceScale
    self.steps = steps
  }
}
