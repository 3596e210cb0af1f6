extension FoldClaim {
  /// Two linear layers in a row whose parameters became those of one: y = W₂·(W₁·x + b₁) + b₂.
  ///
  ///     weight:  W′[o, j, k] = Σ over m  W₂[o, m, k₂] · W₁[m, j, k₁]
  ///     bias:    b′[o] = Σ over m, k  W₂[o, m, k] · b₁[m]      (b₂ is a summand of its own)
  ///
  /// m counts the channels between the layers, k taps, of which one of the kernels has a single one;
  /// zeros stand where groups keep two channels apart.
  public struct Product: Sendable {
    /// A parameter of one of the layers.
    public struct Factor: Sendable {
      /// How it is made; its target means nothing.
      public var claim: FoldClaim
      /// Its shape: [outputs, inputs/groups, taps…], or [inputs, outputs] where it is transposed.
      public var shape: TensorShape
      /// Groups of channels that do not see each other.
      public var groups: Int
      /// Whether inputs stand before outputs.
      public var isTransposed: Bool

      /// Makes a factor from its parts.
      public init(claim: FoldClaim, shape: TensorShape, groups: Int, isTransposed: Bool) {
        self.claim = claim
        self.shape = shape
        self.groups = groups
        self.isTransposed = isTransposed
      }
    }

    /// The weight of the layer that comes first; for a bias its bias.
    public var first: Factor
    /// The weight of the layer behind it.
    public var second: Factor
    /// The groups of the one layer: the greatest common divisor of theirs.
    public var groups: Int
    /// Whether in the one layer's weight inputs stand before outputs.
    public var isTransposed: Bool

    /// Makes a product from its parts.
    public init(first: Factor, second: Factor, groups: Int, isTransposed: Bool) {
      self.first = first
      self.second = second
      self.groups = groups
      self.isTransposed = isTransposed
    }
  }

  /// This claim and those it is put together from.
  public var parts: [FoldClaim] {
    [self]
      + branches.flatMap { branch -> [FoldClaim] in
        guard case .product(let product) = branch.kernel else { return branch.claim.parts }
        return branch.claim.parts + product.first.claim.parts + product.second.claim.parts
      }
  }
}
