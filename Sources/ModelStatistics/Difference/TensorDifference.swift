public import ModelIR

/// How the elements of two stored tensors differ.
public enum TensorDifference: Sendable, Hashable {
  /// How far two tensors of one shape are from each other.
  public struct Distance: Sendable, Hashable {
    /// Elements that are not equal (NaN equals NaN).
    public var differing: Int
    /// Elements of which one is finite and the other is not, or that are different infinities.
    public var notFinite: Int
    /// The largest |b − a| of finite elements.
    public var maximum: Double
    /// √(Σ(b − a)² / n) over finite elements.
    public var rootMeanSquare: Double
    /// `rootMeanSquare` over √(Σa² / n); infinite where a is 0 and b is not.
    public var relative: Double
  }

  /// The same elements; types may differ only if `distance` would be 0.
  case equal
  /// Other extents.
  case shapes(TensorShape, TensorShape)
  /// The same extents, other elements.
  case elements(Distance)
  /// Elements that are no numbers, and not the same bytes.
  case notComparable

  /// Compares two tensors.
  ///
  /// Complexity: linear; where bytes differ, both are held as Double.
  /// Errors: those of reading the tensors' sources.
  public init(_ a: Tensor, _ b: Tensor) throws {
    guard a.shape == b.shape else {
      self = .shapes(a.shape, b.shape)
      return
    }
    if a.dataType == b.dataType, try a.hasSameElements(as: b) {
      self = .equal
      return
    }
    do {
      let distance = Self.distance(try a.doubles(), try b.doubles())
      self = distance.differing == 0 ? .equal : .elements(distance)
    } catch TensorError.notComputable {
      self = .notComparable
    }
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Distance {
    var distance = Distance(
      differing: 0, notFinite: 0, maximum: 0, rootMeanSquare: 0, relative: 0)
    var finite = 0
    var squares = (difference: 0.0, a: 0.0)
    for (x, y) in zip(a, b) {
      if x.isFinite, y.isFinite {
        finite += 1
        squares.a += x * x
        guard x != y else { continue }
        distance.differing += 1
        distance.maximum = max(distance.maximum, abs(y - x))
        squares.difference += (y - x) * (y - x)
      } else if !(x == y || (x.isNaN && y.isNaN)) {
        distance.differing += 1
        distance.notFinite += 1
      }
    }
    if finite > 0, squares.difference > 0 {
      distance.rootMeanSquare = (squares.difference / Double(finite)).squareRoot()
      distance.relative = (squares.difference / squares.a).squareRoot()
    }
    return distance
  }
}
