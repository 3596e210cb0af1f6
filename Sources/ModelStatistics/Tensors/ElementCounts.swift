public import ModelIR

/// How many elements of a tensor are special, and the range of the others.
public struct ElementCounts: Sendable, Hashable {
  /// All elements.
  public private(set) var count = 0
  /// Elements that are neither NaN nor infinite.
  public private(set) var finite = 0
  /// Zeros of both signs.
  public private(set) var zeros = 0
  /// NaN.
  public private(set) var notNumbers = 0
  /// Infinities of both signs.
  public private(set) var infinities = 0
  /// Numbers other than 0 below the type's smallest normal one.
  public private(set) var subnormals = 0
  /// The smallest finite element; infinity where there is none.
  public private(set) var minimum = Double.infinity
  /// The largest finite element; −infinity where there is none.
  public private(set) var maximum = -Double.infinity
  /// The largest distance from 0 of a finite element.
  public private(set) var absoluteMaximum = 0.0

  private let smallestNormal: Double

  /// Counts nothing yet; elements are of `type`.
  public init(of type: DataType) {
    smallestNormal =
      switch type {
      case .float32, .bfloat16: 0x1p-126
      case .float16: 0x1p-14
      case .float64: Double.leastNormalMagnitude
      default: 0
      }
  }

  /// Counts one element.
  public mutating func add(_ element: Double) {
    count += 1
    guard element.isFinite else {
      if element.isNaN { notNumbers += 1 } else { infinities += 1 }
      return
    }
    finite += 1
    minimum = min(minimum, element)
    maximum = max(maximum, element)
    let size = abs(element)
    absoluteMaximum = max(absoluteMaximum, size)
    if size == 0 { zeros += 1 } else if size < smallestNormal { subnormals += 1 }
  }

  /// Joins with the counts of other elements of the same type.
  public mutating func add(_ other: ElementCounts) {
    count += other.count
    finite += other.finite
    zeros += other.zeros
    notNumbers += other.notNumbers
    infinities += other.infinities
    subnormals += other.subnormals
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
    absoluteMaximum = max(absoluteMaximum, other.absoluteMaximum)
  }
}
