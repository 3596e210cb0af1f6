/// General matrix products by the system's BLAS, split over threads.
///
///     C[m, n] ← α · op(A)[m, k] · op(B)[k, n] + β · C
///
/// Row-major with leading dimensions. Small products are plain loops, so that small models need no
/// library; which way is taken depends on the extents alone, and the split does not touch the sum
/// over k, so a run is bit-identical to the next one.
enum MatrixProduct {
  /// One matrix: where it begins, the distance of its rows, and whether it is read transposed.
  @unsafe struct Operand<E> {
    var base: UnsafePointer<E>
    var rowStride: Int
    var transposed: Bool

    init(_ base: UnsafePointer<E>, rowStride: Int, transposed: Bool = false) {
      unsafe self.base = base
      unsafe self.rowStride = rowStride
      unsafe self.transposed = transposed
    }

    func from(row: Int) -> UnsafePointer<E> {
      unsafe base + (transposed ? row : row * rowStride)
    }

    func from(column: Int) -> UnsafePointer<E> {
      unsafe base + (transposed ? column * rowStride : column)
    }
  }

  /// Extents of a product.
  struct Size {
    var m: Int
    var n: Int
    var k: Int
  }

  /// The product, split along the longer side of C over at most `threads` threads.
  ///
  /// Extents must fit 32 bits (`check`). k = 0 scales C only.
  static func multiply<E: KernelFloat>(
    _ size: Size, alpha: E = 1, _ a: Operand<E>, _ b: Operand<E>, beta: E = 0,
    _ c: UnsafeMutablePointer<E>, rowStride: Int, threads: Int = 1
  ) {
    guard size.m > 0, size.n > 0 else { return }
    guard size.m * size.n * max(1, size.k) > plainProducts, E.hasMatrixLibrary else {
      return unsafe multiplyPlainly(size, alpha: alpha, a, b, beta: beta, c, rowStride: rowStride)
    }
    // Fewer than some 64 thousand multiplications do not pay for waking a thread.
    let work = size.m * max(1, size.n * max(1, size.k) / 65536)
    let threads = size.m * size.n * max(1, size.k) < 131072 ? 1 : min(threads, max(1, work))
    if unsafe size.m == 1 && size.k > 0 && !a.transposed {
      // One row: every column of B is one sum; a matrix times a vector, which packs nothing.
      Parallel.forEachRange(size.n, threads: threads, grain: 16) { columns in
        unsafe E.multiply(
          rows: b.transposed ? columns.count : size.k,
          columns: b.transposed ? size.k : columns.count, alpha,
          Operand(
            b.from(column: columns.lowerBound), rowStride: b.rowStride, transposed: !b.transposed),
          a.base, beta, c + columns.lowerBound)
      }
    } else if size.m >= size.n {
      Parallel.forEachRange(size.m, threads: threads, grain: 8) { rows in
        unsafe E.multiply(
          Size(m: rows.count, n: size.n, k: size.k), alpha,
          Operand(a.from(row: rows.lowerBound), rowStride: a.rowStride, transposed: a.transposed),
          b, beta, c + rows.lowerBound * rowStride, rowStride)
      }
    } else {
      Parallel.forEachRange(size.n, threads: threads, grain: 16) { columns in
        unsafe E.multiply(
          Size(m: size.m, n: columns.count, k: size.k), alpha, a,
          Operand(
            b.from(column: columns.lowerBound), rowStride: b.rowStride, transposed: b.transposed),
          beta, c + columns.lowerBound, rowStride)
      }
    }
  }

  /// Throws when an extent does not fit the library's 32 bits.
  static func check(_ extents: Int...) throws {
    guard extents.allSatisfy({ $0 <= Int(Int32.max) }) else {
      throw EvaluationError.Problem.limit("a matrix product of extents \(extents)")
    }
  }

  /// Up to so many multiplications the loop below is done before a library is loaded.
  private static let plainProducts = 32768

  /// The same by sums over k in order, on the calling thread.
  static func multiplyPlainly<E: KernelFloat>(
    _ size: Size, alpha: E, _ a: Operand<E>, _ b: Operand<E>, beta: E,
    _ c: UnsafeMutablePointer<E>, rowStride: Int
  ) {
    let (aRow, aStep) = unsafe a.transposed ? (1, a.rowStride) : (a.rowStride, 1)
    let (bStep, bColumn) = unsafe b.transposed ? (1, b.rowStride) : (b.rowStride, 1)
    for row in 0..<size.m {
      let out = unsafe c + row * rowStride
      // As BLAS has it: β = 0 overwrites, whatever was there.
      for column in 0..<size.n { unsafe out[column] = beta == 0 ? 0 : beta * out[column] }
      for step in 0..<size.k {
        let factor = unsafe alpha * a.base[row * aRow + step * aStep]
        let line = unsafe b.base + step * bStep
        for column in 0..<size.n { unsafe out[column] += factor * line[column * bColumn] }
      }
    }
  }
}

extension Float {
  static var hasMatrixLibrary: Bool { unsafe MatrixLibrary.shared != nil }

  static func multiply(
    rows: Int, columns: Int, _ alpha: Float, _ a: MatrixProduct.Operand<Float>,
    _ x: UnsafePointer<Float>, _ beta: Float, _ y: UnsafeMutablePointer<Float>
  ) {
    unsafe MatrixLibrary.shared?.sgemv(
      MatrixProduct.rowMajor, MatrixProduct.order(a.transposed), Int32(rows), Int32(columns), alpha,
      a.base, Int32(max(1, a.rowStride)), x, 1, beta, y, 1)
  }

  static func multiply(
    _ size: MatrixProduct.Size, _ alpha: Float, _ a: MatrixProduct.Operand<Float>,
    _ b: MatrixProduct.Operand<Float>, _ beta: Float, _ c: UnsafeMutablePointer<Float>,
    _ rowStride: Int
  ) {
    unsafe MatrixLibrary.shared?.sgemm(
      MatrixProduct.rowMajor, MatrixProduct.order(a.transposed),
      MatrixProduct.order(b.transposed), Int32(size.m), Int32(size.n), Int32(size.k), alpha,
      a.base, Int32(max(1, a.rowStride)), b.base, Int32(max(1, b.rowStride)), beta, c,
      Int32(max(1, rowStride)))
  }
}

extension Double {
  static var hasMatrixLibrary: Bool { unsafe MatrixLibrary.shared != nil }

  static func multiply(
    rows: Int, columns: Int, _ alpha: Double, _ a: MatrixProduct.Operand<Double>,
    _ x: UnsafePointer<Double>, _ beta: Double, _ y: UnsafeMutablePointer<Double>
  ) {
    unsafe MatrixLibrary.shared?.dgemv(
      MatrixProduct.rowMajor, MatrixProduct.order(a.transposed), Int32(rows), Int32(columns), alpha,
      a.base, Int32(max(1, a.rowStride)), x, 1, beta, y, 1)
  }

  static func multiply(
    _ size: MatrixProduct.Size, _ alpha: Double, _ a: MatrixProduct.Operand<Double>,
    _ b: MatrixProduct.Operand<Double>, _ beta: Double, _ c: UnsafeMutablePointer<Double>,
    _ rowStride: Int
  ) {
    unsafe MatrixLibrary.shared?.dgemm(
      MatrixProduct.rowMajor, MatrixProduct.order(a.transposed),
      MatrixProduct.order(b.transposed), Int32(size.m), Int32(size.n), Int32(size.k), alpha,
      a.base, Int32(max(1, a.rowStride)), b.base, Int32(max(1, b.rowStride)), beta, c,
      Int32(max(1, rowStride)))
  }
}
