/// How to compute a tensor from stored ones: a sum of terms in Double, rounded once.
///
///     element[i] = Σ over terms  weight(term, i) · source(term)[(i − placement) / spacing]
///     weight(term, i) = Π over factors  values[channel(i)]
///
/// Affines compose here, so however many folds meet in one weight, it is rounded once.
public struct TensorRecipe: Sendable {
  /// Doubles that multiply elements by channel.
  public struct Factor: Sendable {
    /// One number per channel.
    public var values: [Double]
    /// Which channel an element belongs to.
    public var index: ChannelIndex

    /// `values[index.channel(at: i)]` multiplies element i.
    public init(values: [Double], index: ChannelIndex) {
      self.values = values
      self.index = index
    }
  }

  /// One summand.
  public struct Term: Sendable {
    /// The stored tensor, broadcast to the result's shape by right alignment unless it is placed;
    /// nil stands for ones everywhere, so that factors alone make a vector.
    public var source: Tensor?
    /// Multiplied together; none means 1.
    public var factors: [Factor]
    /// Where the source's first element lies in the result, for a kernel inside a larger one.
    ///
    /// Elements outside it get nothing from this term. Nil: broadcast.
    public var placement: [Int]?
    /// How far the placed source's elements lie apart in the result along each axis; nil: 1.
    public var spacing: [Int]?

    /// Makes a term from its parts.
    public init(
      source: Tensor?, factors: [Factor] = [], placement: [Int]? = nil, spacing: [Int]? = nil
    ) {
      self.source = source
      self.factors = factors
      self.placement = placement
      self.spacing = spacing
    }
  }

  /// The summands; none make zeros.
  public var terms: [Term]
  /// Whether the result is a bias: what its type loses among its smallest numbers, the sums to
  /// which it is added lose when they are stored.
  public var isBias = false

  /// A sum of terms.
  public init(terms: [Term]) { self.terms = terms }

  /// A vector of Doubles.
  public static func vector(_ values: [Double]) -> TensorRecipe {
    TensorRecipe(terms: [Term(source: nil, factors: [Factor(values: values, index: .axis(0))])])
  }

  /// The same sum with every term multiplied by `values` at the channels of `index`.
  public func scaled(by values: [Double], at index: ChannelIndex) -> TensorRecipe {
    var result = self
    for t in result.terms.indices {
      // Factors of the same channels merge, so that a chain of folds costs what one does.
      if let f = result.terms[t].factors.firstIndex(where: { $0.index == index }),
        result.terms[t].factors[f].values.count == values.count
      {
        for c in values.indices { result.terms[t].factors[f].values[c] *= values[c] }
      } else {
        result.terms[t].factors.append(Factor(values: values, index: index))
      }
    }
    return result
  }

  /// The sum of this recipe's and another's terms.
  public func adding(_ other: TensorRecipe) -> TensorRecipe {
    TensorRecipe(terms: terms + other.terms)
  }
}
