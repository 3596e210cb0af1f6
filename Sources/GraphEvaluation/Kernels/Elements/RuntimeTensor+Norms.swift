internal import CVectorLoops

extension RuntimeTensor {
  /// √Σw² over the elements of each index of the first axis, magnitudes counting as no smaller than
  /// `least`; in Double, in an order that depends on the shape alone.
  public func rowNorms(atLeast least: Double) -> [Double] {
    guard let rows = shape.first, rows > 0, count > 0 else { return [] }
    let length = count / rows
    switch elements {
    case .float(let floats):
      return unsafe Self.norms(floats, rows, length, least, bnfold_squares_f32)
    case .double(let doubles):
      return unsafe Self.norms(doubles, rows, length, least, bnfold_squares_f64)
    case .integer: return unsafe Self.norms(doubles(), rows, length, least, bnfold_squares_f64)
    }
  }

  /// The largest finite magnitude; 0 when there is none.
  public var largestMagnitude: Double {
    switch elements {
    case .float(let floats):
      unsafe ElementArray.withPointer(floats) { unsafe bnfold_largest_f32($0, count) } ?? 0
    case .double(let doubles):
      unsafe ElementArray.withPointer(doubles) { unsafe bnfold_largest_f64($0, count) } ?? 0
    case .integer: doubles().reduce(0) { max($0, $1.magnitude) }
    }
  }

  private static func norms<E>(
    _ elements: [E], _ rows: Int, _ length: Int, _ least: Double,
    _ squares: (UnsafePointer<E>, Int, Double) -> Double
  ) -> [Double] {
    unsafe ElementArray.withPointer(elements) { base in
      (0..<rows).map { unsafe squares(base + $0 * length, length, least).squareRoot() }
    } ?? []
  }
}
