/// What a fold says it did to one tensor: "this weight is that weight times this affine".
///
/// Plain data for the verifier, which recomputes every claim from the parameters in the input
/// file and never trusts it. All ids but `target` are of the input model; a source may be any
/// value there that is constant (an initializer, or what Constant, Identity, Transpose, … make).
///
/// For a weight:  W′[i] = W[i] · Π over steps  scale(step, channel(i))
///
/// For a bias the steps act in order on b, which is `source` times `sourceScale` (zeros where
/// there is none), broadcast by right alignment to the target's shape:
///     output step:  b ← scale·b + shift
///     input step:   b[o] ← b[o] + weightScale · Σ over i with weightOutput(i) = o: W[i]·shift
/// (o = biasOutput of the bias's element),
/// with W as it is when the step acts: times the scales of the steps before it, an output step's
/// at channel weightOutput(i), an input step's at its index.
///
/// A weight (q − z)·s that is stored quantized gets each step's scale in two parts, which both leave
/// s positive and q whole; of a scale of 0 the magnitude counts as 1:
///     s ← s·|scale|        q ← z + sign(scale)·(q − z)
public struct FoldClaim: Sendable {
  /// Whether the tensor multiplies or is added.
  public enum Role: Sendable, Hashable {
    /// A weight.
    case weight
    /// A bias; `weight` is what input steps sum over.
    case bias(weight: ValueID?)
    /// What an Add gives before the scale of its one step acts elsewhere: shift ÷ scale.
    case shiftBeforeScale
    /// What DequantizeLinear multiplies a weight's whole numbers with; it gets the magnitudes.
    case quantizationScale
    /// A weight's whole numbers; they get the signs, about DequantizeLinear's zero point.
    case quantized(zeroPoint: ValueID?)
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

    /// The nodes of the input model that make the affine together, in the order they are applied.
    ///
    /// A BatchNormalization; a Mul; a Mul and an Add. Channel c of a BatchNormalization is entry
    /// c of its parameters; of Mul, Div, Add and Sub element c of the constant. A node with one
    /// channel, as Neg, does the same to all.
    public var affine: [NodeID]
    /// The side it acts on.
    public var side: Side
    /// Which channel an element belongs to on that side: an element of the target for a weight's
    /// steps and a bias's output steps, an element of the weight for a bias's input steps.
    public var index: ChannelIndex
    /// Channel c of the linear node is channel `channelMap[c]` of the affine, −1 where the affine
    /// does not act; nil: c itself.
    public var channelMap: [Int]?
    /// Whether the shift acts here; false where it acts on another branch or counts as zero.
    public var addsShift: Bool

    /// Makes a step from its parts.
    public init(
      affine: [NodeID], side: Side, index: ChannelIndex, channelMap: [Int]? = nil,
      addsShift: Bool = true
    ) {
      self.affine = affine
      self.side = side
      self.index = index
      self.channelMap = channelMap
      self.addsShift = addsShift
    }
  }

  /// One summand of a kernel or bias that was merged from parallel branches, or from layers in a
  /// row.
  ///
  ///     W′[o, j, k] = Σ over branches  sign · W(branch)[o, j, (k − placement) / spacing]
  ///     b′[o] = Σ over branches  sign · b(branch)[o]
  ///
  /// with zeros where a branch's kernel has no element.
  public struct Branch: Sendable {
    /// What a branch's kernel is before its steps.
    public enum Kernel: Sendable {
      /// The claim's source.
      case stored
      /// 1 where output channel o meets input channel o, which is index o mod C/group.
      case identity
      /// The same at every tap, divided by the number of taps.
      case average
      /// What two layers in a row do.
      case product(Product)
    }

    /// How the branch's own tensor is made; its target is the merged one.
    public var claim: FoldClaim
    /// What its kernel is made from.
    public var kernel: Kernel
    /// The shape of the branch's own tensor.
    public var shape: TensorShape
    /// 1, or −1 where the branch is subtracted.
    public var sign: Double
    /// Where its first element lies in the merged kernel; empty for biases.
    public var placement: [Int]
    /// How far its elements lie apart there; empty for biases.
    public var spacing: [Int]

    /// Makes a branch from its parts.
    public init(
      claim: FoldClaim, kernel: Kernel, shape: TensorShape, sign: Double, placement: [Int] = [],
      spacing: [Int] = []
    ) {
      self.claim = claim
      self.kernel = kernel
      self.shape = shape
      self.sign = sign
      self.placement = placement
      self.spacing = spacing
    }
  }

  /// The new initializer, in the folded model.
  public var target: ValueID
  /// Weight or bias.
  public var role: Role
  /// The node of the input model that absorbed the affines.
  public var linearNode: NodeID
  /// The tensor it was made from; nil for a bias that did not exist.
  public var source: ValueID?
  /// What multiplies the source at first (Gemm's beta); 1 else.
  public var sourceScale: Double
  /// Which output channel of the node an element of a bias's weight adds to; nil where there is no
  /// weight.
  public var weightOutput: ChannelIndex?
  /// Which output channel of the node an element of a bias belongs to; nil for weights.
  public var biasOutput: ChannelIndex?
  /// What multiplies the weight in the node (Gemm's alpha); 1 else.
  public var weightScale: Double
  /// The affines, in the order they were folded.
  public var steps: [Step]
  /// The summands of a merged tensor, which has no source and no steps of its own.
  public var branches: [Branch] = []

  /// Makes a claim from its parts.
  public init(
    target: ValueID, role: Role, linearNode: NodeID, source: ValueID?, sourceScale: Double = 1,
    weightOutput: ChannelIndex? = nil, biasOutput: ChannelIndex? = nil, weightScale: Double = 1,
    steps: [Step]
  ) {
    self.target = target
    self.role = role
    self.linearNode = linearNode
    self.source = source
    self.sourceScale = sourceScale
    self.weightOutput = weightOutput
    self.biasOutput = biasOutput
    self.weightScale = weightScale
    self.steps = steps
  }
}
