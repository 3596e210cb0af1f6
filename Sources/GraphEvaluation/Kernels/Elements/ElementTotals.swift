internal import CVectorLoops

/// Sums over elements of three values: D and O, two models as deployed, and R, one in Double.
public struct ElementTotals: Sendable {
  /// Σ (D − R)².
  public var writtenSquares = 0.0
  /// Σ (O − R)².
  public var originalSquares = 0.0
  /// Σ R².
  public var referenceSquares = 0.0
  /// Σ D².
  public var foundSquares = 0.0
  /// Σ D·R.
  public var products = 0.0
  /// Σ (D − R).
  public var errors = 0.0
  /// The largest |R|.
  public var largest = 0.0
  /// The largest |D − R|.
  public var worst = 0.0

  /// Nothing yet.
  public init() {}

  /// The sums of one element.
  public init(written: Double, original: Double, reference: Double) {
    let (error, own) = (written - reference, original - reference)
    writtenSquares = error * error
    originalSquares = own * own
    referenceSquares = reference * reference
    foundSquares = written * written
    products = written * reference
    errors = error
    largest = reference.magnitude
    worst = error.magnitude
  }

  /// The sums of a range of elements of three values of the same shape; an order of summation that
  /// depends on the range alone.
  public init(
    written: RuntimeTensor, original: RuntimeTensor, reference: RuntimeTensor, in range: Range<Int>
  ) {
    var sums = bnfold_comparison()
    switch (written.elements, original.elements, reference.elements) {
    case (.float(let d), .float(let o), .double(let r)):
      unsafe Self.run(d, o, r, range, bnfold_compare_f32, &sums)
    case (.double(let d), .double(let o), .double(let r)):
      unsafe Self.run(d, o, r, range, bnfold_compare_f64, &sums)
    default:
      let whole = 0..<range.count
      unsafe Self.run(
        written.doubles(in: range), original.doubles(in: range), reference.doubles(in: range),
        whole, bnfold_compare_f64, &sums)
    }
    writtenSquares = sums.written_squares
    originalSquares = sums.original_squares
    referenceSquares = sums.reference_squares
    foundSquares = sums.found_squares
    products = sums.products
    errors = sums.errors
    largest = sums.largest
    worst = sums.worst
  }

  private typealias Loop<E> = (
    UnsafePointer<E>, UnsafePointer<E>, UnsafePointer<Double>, Int,
    UnsafeMutablePointer<bnfold_comparison>
  ) -> Void

  private static func run<E>(
    _ d: [E], _ o: [E], _ r: [Double], _ range: Range<Int>, _ loop: Loop<E>,
    _ sums: inout bnfold_comparison
  ) {
    precondition(d.count == o.count && o.count == r.count && range.upperBound <= r.count)
    let start = range.lowerBound
    _ = unsafe ElementArray.withPointer(d) { d in
      unsafe ElementArray.withPointer(o) { o in
        unsafe ElementArray.withPointer(r) { r in
          unsafe loop(d + start, o + start, r + start, range.count, &sums)
        }
      }
    }
  }

  /// Adds another's sums.
  public mutating func add(_ other: ElementTotals) {
    writtenSquares += other.writtenSquares
    originalSquares += other.originalSquares
    referenceSquares += other.referenceSquares
    foundSquares += other.foundSquares
    products += other.products
    errors += other.errors
    largest = max(largest, other.largest)
    worst = max(worst, other.worst)
  }
}
