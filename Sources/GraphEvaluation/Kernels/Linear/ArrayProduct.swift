/// Matrix products of whole arrays, for callers that are no kernels.
///
///     C[m, n] ← op(A)[m, k] · op(B)[k, n]  (+ C)
///
/// Row-major and without gaps; a transposed factor is stored as [k, m] or [n, k]. The same system
/// library as the kernels use, on the calling thread, so a run is bit-identical to the next one.
public enum ArrayProduct {
  /// Extents of a product.
  public struct Size: Sendable, Hashable {
    /// Rows of the result.
    public var m: Int
    /// Columns of the result.
    public var n: Int
    /// Products in each sum.
    public var k: Int

    /// Extents of a product; each must be ≥ 0 and fit 32 bits.
    public init(m: Int, n: Int, k: Int) {
      self.m = m
      self.n = n
      self.k = k
    }
  }

  /// A factor and whether it is read transposed.
  public struct Factor<Element> {
    var elements: [Element]
    var isTransposed: Bool

    /// A factor as it is stored.
    public init(_ elements: [Element]) {
      self.elements = elements
      isTransposed = false
    }

    /// A factor that is stored transposed.
    public init(transposed elements: [Element]) {
      self.elements = elements
      isTransposed = true
    }
  }

  /// The product in Float, put into `c` or with `adding` added to what is there.
  public static func multiply(
    _ size: Size, _ a: Factor<Float>, _ b: Factor<Float>, into c: inout [Float],
    adding: Bool = false
  ) { product(size, a, b, &c, adding) }

  /// The product in Double, put into `c` or with `adding` added to what is there.
  public static func multiply(
    _ size: Size, _ a: Factor<Double>, _ b: Factor<Double>, into c: inout [Double],
    adding: Bool = false
  ) { product(size, a, b, &c, adding) }

  private static func product<E: KernelFloat>(
    _ size: Size, _ a: Factor<E>, _ b: Factor<E>, _ c: inout [E], _ adding: Bool
  ) {
    let (m, n, k) = (size.m, size.n, size.k)
    precondition(
      [m, n, k].allSatisfy { (0...Int(Int32.max)).contains($0) }
        && a.elements.count == m * k && b.elements.count == k * n && c.count == m * n,
      "arrays of \(a.elements.count), \(b.elements.count) and \(c.count) elements for \(size)")
    unsafe a.elements.withUnsafeBufferPointer { left in
      unsafe b.elements.withUnsafeBufferPointer { right in
        unsafe c.withUnsafeMutableBufferPointer { result in
          guard let left = left.baseAddress, let right = right.baseAddress,
            let target = result.baseAddress
          else {
            // Nothing to add up: zero, or what is there.
            if !adding { unsafe result.update(repeating: 0) }
            return
          }
          unsafe MatrixProduct.multiply(
            MatrixProduct.Size(m: m, n: n, k: k),
            .init(left, rowStride: a.isTransposed ? m : k, transposed: a.isTransposed),
            .init(right, rowStride: b.isTransposed ? k : n, transposed: b.isTransposed),
            beta: adding ? 1 : 0, target, rowStride: n)
        }
      }
    }
  }
}
