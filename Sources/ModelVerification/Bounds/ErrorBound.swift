/// How far the elements of a value may be off because every new parameter was rounded once.
enum ErrorBound {
  /// Not at all.
  case exact
  /// By these amounts.
  case amounts(ErrorAmounts)
  /// Nothing is known, and why.
  case unknown(String)
}

/// Amounts of error, one for each element.
///
/// The error of an element is at most 8·√variance + absolute: a sum of independent terms, of which
/// no rounding pattern makes more than 8 standard deviations with a probability above 10⁻¹⁴, and a
/// sure part. Elements whose error has no limit (decisions too close to call) are infinite.
struct ErrorAmounts {
  /// Σ (u·W′)² over the parameters that meet independent normal numbers; nil where there are none.
  var variance: [Double]?
  /// The sure part.
  var absolute: [Double]
  /// Nodes whose parameters contribute to `variance`.
  var sources: Set<Int> = []

  /// How many standard deviations count.
  static let deviations = 8.0

  /// The limit of each element's error.
  var limits: [Double] {
    guard let variance else { return absolute }
    return zip(variance, absolute).map { Self.deviations * $0.squareRoot() + $1 }
  }

  /// The limits as a sure part.
  var hardened: ErrorAmounts { ErrorAmounts(variance: nil, absolute: limits) }

  /// The error of a sum of two values whose elements correspond.
  static func + (a: ErrorAmounts, b: ErrorAmounts) -> ErrorAmounts {
    var result = ErrorAmounts(
      variance: nil, absolute: zip(a.absolute, b.absolute).map(+),
      sources: a.sources.union(b.sources))
    switch (a.variance, b.variance) {
    case (let x?, let y?) where a.sources.isDisjoint(with: b.sources):
      result.variance = zip(x, y).map(+)
    case (let x?, let y?):
      // Of the same parameters: deviations add up.
      result.variance = zip(x, y).map { pair in
        let sum = pair.0.squareRoot() + pair.1.squareRoot()
        return sum * sum
      }
    case (let x, let y): result.variance = x ?? y
    }
    return result
  }
}
