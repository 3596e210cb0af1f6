#if canImport(Accelerate)
  internal import Accelerate
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

// The system's BLAS. Accelerate is linked; OpenBLAS is loaded at the first product that is worth
// it: linked, it would cost every command a third of its start, most of them for nothing.

#if canImport(Accelerate)
  extension MatrixProduct {
    static let rowMajor = CblasRowMajor
    static func order(_ transposed: Bool) -> CBLAS_TRANSPOSE {
      transposed ? CblasTrans : CblasNoTrans
    }
  }

  /// Accelerate's four products.
  @unsafe struct MatrixLibrary: Sendable {
    static let shared: MatrixLibrary? = unsafe MatrixLibrary()

    let sgemm = unsafe cblas_sgemm
    let dgemm = unsafe cblas_dgemm
    let sgemv = unsafe cblas_sgemv
    let dgemv = unsafe cblas_dgemv
  }
#else
  extension MatrixProduct {
    /// CblasRowMajor.
    static let rowMajor: Int32 = 101
    /// CblasTrans or CblasNoTrans.
    static func order(_ transposed: Bool) -> Int32 { transposed ? 112 : 111 }
  }

  /// OpenBLAS's four products.
  @unsafe struct MatrixLibrary: Sendable {
    typealias SGEMM =
      @convention(c) (
        Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32,
        UnsafePointer<Float>, Int32, Float, UnsafeMutablePointer<Float>, Int32
      ) -> Void
    typealias DGEMM =
      @convention(c) (
        Int32, Int32, Int32, Int32, Int32, Int32, Double, UnsafePointer<Double>, Int32,
        UnsafePointer<Double>, Int32, Double, UnsafeMutablePointer<Double>, Int32
      ) -> Void
    typealias SGEMV =
      @convention(c) (
        Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>,
        Int32, Float, UnsafeMutablePointer<Float>, Int32
      ) -> Void
    typealias DGEMV =
      @convention(c) (
        Int32, Int32, Int32, Int32, Double, UnsafePointer<Double>, Int32, UnsafePointer<Double>,
        Int32, Double, UnsafeMutablePointer<Double>, Int32
      ) -> Void

    let sgemm: SGEMM
    let dgemm: DGEMM
    let sgemv: SGEMV
    let dgemv: DGEMV

    /// The library, loaded once; nil where the system has none: then plain loops do its work.
    static let shared: MatrixLibrary? = unsafe load()

    private static func load() -> MatrixLibrary? {
      // It reads this as it is loaded, and would start its own threads: they spin between products
      // and take the processors from other kernels.
      let variable = "OPENBLAS_NUM_THREADS"
      let wasSet = unsafe getenv(variable) != nil
      if !wasSet { unsafe setenv(variable, "1", 1) }
      defer { if !wasSet { unsafe unsetenv(variable) } }
      let names = ["libopenblas.so.0", "libopenblas.so"]
      guard let library = unsafe names.lazy.compactMap({ unsafe dlopen($0, RTLD_NOW) }).first,
        let sgemm = unsafe dlsym(library, "cblas_sgemm"),
        let dgemm = unsafe dlsym(library, "cblas_dgemm"),
        let sgemv = unsafe dlsym(library, "cblas_sgemv"),
        let dgemv = unsafe dlsym(library, "cblas_dgemv")
      else { return nil }
      if let threads = unsafe dlsym(library, "openblas_set_num_threads") {
        unsafe unsafeBitCast(threads, to: (@convention(c) (Int32) -> Void).self)(1)
      }
      return unsafe MatrixLibrary(
        sgemm: unsafeBitCast(sgemm, to: SGEMM.self), dgemm: unsafeBitCast(dgemm, to: DGEMM.self),
        sgemv: unsafeBitCast(sgemv, to: SGEMV.self), dgemv: unsafeBitCast(dgemv, to: DGEMV.self))
    }
  }
#endif
