internal import ByteStore

/// A tensor's elements as Double, any range at a time: from where they stand, or from memory where
/// they have no places of their own (computed, sparse or packed ones).
public struct DoubleElements {
  private let tensor: Tensor
  /// Where the elements stand, with the bytes of each.
  private let place: (source: ByteSource, range: Range<Int>, width: Int)?
  private let expanded: [Double]

  /// Errors: those of `Tensor.doubles` for elements that have no places.
  public init(_ tensor: Tensor) throws {
    self.tensor = tensor
    switch tensor.dataType {
    case .float64, .float32, .float16, .bfloat16:
      place = tensor.plainBytes.map { ($0.source, $0.range, tensor.dataType.bitWidth / 8) }
    default: place = nil
    }
    expanded = place == nil ? try tensor.doubles() : []
  }

  /// How many there are.
  public var count: Int { place.map { $0.range.count / $0.width } ?? expanded.count }

  /// The elements of `range`, which lies within `0..<count`.
  ///
  /// Errors: `FileAccessError` when the source cannot be read.
  public func numbers(_ range: Range<Int>) throws -> [Double] {
    guard let place else { return Array(expanded[range]) }
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "not within the tensor")
    let start = place.range.lowerBound
    let bytes = (start + range.lowerBound * place.width)..<(start + range.upperBound * place.width)
    if tensor.dataType == .float32 { return try Tensor.widened((place.source, bytes)) }
    var result: [Double] = []
    result.reserveCapacity(range.count)
    try place.source.withBytes(bytes) { bytes in
      try ElementConversion.append(bytes, of: tensor.dataType, count: range.count, to: &result)
    }
    return result
  }
}
