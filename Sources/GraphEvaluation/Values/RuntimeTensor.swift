public import ModelIR

/// A value while a graph runs.
public struct RuntimeTensor: Sendable {
  /// The standard's type, whatever the elements are held in.
  public var dataType: DataType
  /// The extents, outermost first; none for a scalar.
  public internal(set) var shape: [Int]
  /// The elements.
  public internal(set) var elements: RuntimeElements

  /// Makes a value; the number of elements must be the shape's.
  public init(dataType: DataType, shape: [Int], elements: RuntimeElements) {
    precondition(shape.reduce(1, *) == elements.count, "\(elements.count) elements for \(shape)")
    assert(Self.holds(elements, dataType), "\(dataType) held in other numbers")
    self.dataType = dataType
    self.shape = shape
    self.elements = elements
  }

  /// Whether a type is held in these numbers: whole numbers as such, floats as floats.
  private static func holds(_ elements: RuntimeElements, _ type: DataType) -> Bool {
    let isWhole =
      switch type {
      case .bool, .int2, .int4, .int8, .int16, .int32, .int64, .uint2, .uint4, .uint8, .uint16,
        .uint32, .uint64:
        true
      default: false
      }
    if case .integer = elements { return isWhole }
    return !isWhole
  }

  /// A float32 value.
  public init(_ elements: [Float], shape: [Int]) {
    self.init(dataType: .float32, shape: shape, elements: .float(elements))
  }

  /// A value of whole numbers or bool; the numbers must lie in the type's range.
  public init(_ elements: [Int64], shape: [Int], dataType: DataType = .int64) {
    self.init(dataType: dataType, shape: shape, elements: .integer(elements))
  }

  /// The number of elements.
  public var count: Int { elements.count }

  /// The number of dimensions.
  public var rank: Int { shape.count }

  /// The same elements in another shape of as many elements.
  public func reshaped(_ shape: [Int]) -> RuntimeTensor {
    RuntimeTensor(dataType: dataType, shape: shape, elements: elements)
  }

  /// Elements between neighbours along each axis.
  var strides: [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  /// All elements as Double: floats exactly, whole numbers rounded beyond 2⁵³.
  public func doubles() -> [Double] {
    switch elements {
    case .float(let elements): [Double](widening: elements)
    case .double(let elements): elements
    case .integer(let elements):
      dataType == .uint64
        ? elements.map { Double(UInt64(bitPattern: $0)) } : elements.map(Double.init)
    }
  }

  /// Some elements as Double, as `doubles` gives all.
  public func doubles(in range: Range<Int>) -> [Double] {
    switch elements {
    case .float(let elements): elements[range].map { Double($0) }
    case .double(let elements): Array(elements[range])
    case .integer(let elements):
      elements[range].map {
        dataType == .uint64 ? Double(UInt64(bitPattern: $0)) : Double($0)
      }
    }
  }

  /// The elements of a value of whole numbers or bool, else nil.
  public var integers: [Int64]? {
    if case .integer(let elements) = elements { elements } else { nil }
  }

  /// Gives the elements away for changing in place, leaving none behind, and takes back what the
  /// body made of them; its number must not change.
  mutating func modifyElements(_ body: (inout RuntimeElements) throws -> Void) rethrows {
    let count = elements.count
    try body(&elements)
    precondition(elements.count == count)
  }
}
