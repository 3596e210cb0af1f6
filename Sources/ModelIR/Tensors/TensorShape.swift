internal import ByteStore

/// The known extents of a tensor, outermost first; a scalar has none.
public struct TensorShape: Sendable, Hashable {
  /// Extents, all ≥ 0.
  public let dimensions: [Int]
  /// The product of the extents; 1 for a scalar.
  public let elementCount: Int

  /// Checks extents that come from a file: nil when one is negative or the product overflows.
  public init?(_ dimensions: [Int]) {
    guard let count = CheckedArithmetic.product(dimensions) else { return nil }
    self.dimensions = dimensions
    elementCount = count
  }

  private init(dimensions: [Int], elementCount: Int) {
    self.dimensions = dimensions
    self.elementCount = elementCount
  }

  /// A tensor of no dimensions and one element.
  public static let scalar = TensorShape(dimensions: [], elementCount: 1)

  /// A vector of `count` elements (a negative count is taken as none).
  public static func vector(_ count: Int) -> TensorShape {
    TensorShape(dimensions: [max(0, count)], elementCount: max(0, count))
  }

  /// The number of dimensions.
  public var rank: Int { dimensions.count }

  /// Elements between neighbours along each axis in row-major order.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] &* dimensions[axis + 1]
    }
    return strides
  }
}

extension TensorShape: CustomStringConvertible {
  /// The extents in brackets: `[64, 3, 7, 7]`.
  public var description: String { "\(dimensions)" }
}
