/// A number as the unevaluated sum of two Doubles: about 106 bits.
///
/// Source: T. J. Dekker, "A floating-point technique for extending the available precision"
/// (1971), with the fused multiply-add in place of splitting.
struct DoubleDouble: Sendable {
  var high: Double
  var low: Double

  init(_ value: Double) {
    high = value
    low = 0
  }

  private init(sum a: Double, _ b: Double) {
    high = a + b
    let part = high - a
    low = (a - (high - part)) + (b - part)
  }

  /// The nearest Double.
  var value: Double { high + low }

  static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let sum = DoubleDouble(sum: a.high, b.high)
    guard sum.high.isFinite else { return DoubleDouble(sum.high) }
    return DoubleDouble(sum: sum.high, sum.low + (a.low + b.low))
  }

  static prefix func - (a: DoubleDouble) -> DoubleDouble {
    var result = a
    result.high = -a.high
    result.low = -a.low
    return result
  }

  static func - (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble { a + -b }

  static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let product = a.high * b.high
    guard product.isFinite else { return DoubleDouble(product) }
    let error = (-product).addingProduct(a.high, b.high)
    return DoubleDouble(sum: product, error + (a.high * b.low + a.low * b.high))
  }

  static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let quotient = a.high / b.high
    guard quotient.isFinite, b.high.isFinite else { return DoubleDouble(quotient) }
    let rest = a - DoubleDouble(quotient) * b
    return DoubleDouble(sum: quotient, rest.high / b.high)
  }

  /// The square root; NaN below zero.
  func squareRoot() -> DoubleDouble {
    let root = high.squareRoot()
    guard root > 0, root.isFinite else { return DoubleDouble(root) }
    let rest = self - DoubleDouble(root) * DoubleDouble(root)
    return DoubleDouble(sum: root, rest.high / (2 * root))
  }
}
