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

  /// Σw² over the second axis, for each index of the others; magnitudes and order as in `rowNorms`.
  public func tapSquares(atLeast least: Double) -> [Double] {
    guard rank > 1, count > 0 else { return [] }
    let (rows, channels) = (shape[0], shape[1])
    let taps = count / (rows * channels)
    func sums<E>(
      _ elements: [E],
      _ add: (UnsafePointer<E>, Int, Int, Double, UnsafeMutablePointer<Double>) -> Void
    ) -> [Double] {
      unsafe ElementArray.withPointer(elements) { base in
        unsafe ElementArray.make(rows * taps) { sums in
          for row in 0..<rows {
            unsafe add(base + row * channels * taps, channels, taps, least, sums + row * taps)
          }
        }
      } ?? []
    }
    switch elements {
    case .float(let floats): return unsafe sums(floats, bnfold_squares_by_tap_f32)
    case .double(let doubles): return unsafe sums(doubles, bnfold_squares_by_tap_f64)
    case .integer: return unsafe sums(doubles(), bnfold_squares_by_tap_f64)
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
