/// Float or Double, with the functions that kernels need; Codable because SIMDScalar asks for it.
protocol KernelFloat: KernelElement, BinaryFloatingPoint, SIMDScalar, Codable {
  static func exp(_ x: Self) -> Self
  static func expm1(_ x: Self) -> Self
  static func log(_ x: Self) -> Self
  static func log1p(_ x: Self) -> Self
  static func pow(_ x: Self, _ y: Self) -> Self
  static func sin(_ x: Self) -> Self
  static func cos(_ x: Self) -> Self
  static func tan(_ x: Self) -> Self
  static func asin(_ x: Self) -> Self
  static func acos(_ x: Self) -> Self
  static func atan(_ x: Self) -> Self
  static func sinh(_ x: Self) -> Self
  static func cosh(_ x: Self) -> Self
  static func tanh(_ x: Self) -> Self
  static func asinh(_ x: Self) -> Self
  static func acosh(_ x: Self) -> Self
  static func atanh(_ x: Self) -> Self
  static func erf(_ x: Self) -> Self
  static func fmod(_ x: Self, _ y: Self) -> Self

  /// Whether the BLAS that `multiply` calls is there.
  static var hasMatrixLibrary: Bool { get }
  /// C ← α·A·B + β·C on the calling thread; see `MatrixProduct`.
  static func multiply(
    _ size: MatrixProduct.Size, _ alpha: Self, _ a: MatrixProduct.Operand<Self>,
    _ b: MatrixProduct.Operand<Self>, _ beta: Self, _ c: UnsafeMutablePointer<Self>,
    _ rowStride: Int)
  /// output[f][i] ← bias[f] + Σ over t of weights[f][t] · input[offsets[t] + i] for `count` places
  /// of each filter; `adds` to what is there instead of to the bias. See `bnfold_convolve_f32`.
  static func convolve(
    _ input: UnsafePointer<Self>, _ offsets: UnsafeBufferPointer<Int>,
    _ weights: UnsafePointer<Self>, weightStride: Int, _ filters: Int,
    _ bias: UnsafePointer<Self>?, adds: Bool, _ output: UnsafeMutablePointer<Self>,
    _ rowStride: Int, _ count: Int)
  /// Brings values into a range, in place; NaN stays NaN.
  static func clamp(
    _ values: UnsafeMutablePointer<Self>, _ count: Int, low: Self, high: Self)
  /// output[r · outStride + i] ← input[r · inStride + i · step] for `rows` rows of `width`.
  static func copyRows(
    _ input: UnsafePointer<Self>, rowStride inStride: Int, step: Int,
    to output: UnsafeMutablePointer<Self>, rowStride outStride: Int, width: Int, rows: Int)
  /// (value − center) · factor + shift, in place.
  static func affine(
    _ values: UnsafeMutablePointer<Self>, _ count: Int, center: Self, factor: Self, shift: Self)
  /// The sum in Double, in an order that depends on the count alone.
  static func sum(_ values: UnsafePointer<Self>, _ count: Int) -> Double
  /// exp(value), in place.
  static func exponentials(_ values: UnsafeMutablePointer<Self>, _ count: Int)
  /// 1/(1 + exp(−value)), in place.
  static func sigmoids(_ values: UnsafeMutablePointer<Self>, _ count: Int)
  /// value/(1 + exp(−alpha · value)), in place.
  static func swishes(_ values: UnsafeMutablePointer<Self>, _ count: Int, alpha: Self)
  /// y ← α·op(A)·x + β·y of a matrix A of `rows` rows and `columns` columns.
  static func multiply(
    rows: Int, columns: Int, _ alpha: Self, _ a: MatrixProduct.Operand<Self>,
    _ x: UnsafePointer<Self>, _ beta: Self, _ y: UnsafeMutablePointer<Self>)
}

extension Float: KernelFloat {
  static func exp(_ x: Float) -> Float { systemExp(x) }
  static func expm1(_ x: Float) -> Float { systemExpm1(x) }
  static func log(_ x: Float) -> Float { systemLog(x) }
  static func log1p(_ x: Float) -> Float { systemLog1p(x) }
  static func sin(_ x: Float) -> Float { systemSin(x) }
  static func cos(_ x: Float) -> Float { systemCos(x) }
  static func tan(_ x: Float) -> Float { systemTan(x) }
  static func asin(_ x: Float) -> Float { systemAsin(x) }
  static func acos(_ x: Float) -> Float { systemAcos(x) }
  static func atan(_ x: Float) -> Float { systemAtan(x) }
  static func sinh(_ x: Float) -> Float { systemSinh(x) }
  static func cosh(_ x: Float) -> Float { systemCosh(x) }
  static func tanh(_ x: Float) -> Float { systemTanh(x) }
  static func asinh(_ x: Float) -> Float { systemAsinh(x) }
  static func acosh(_ x: Float) -> Float { systemAcosh(x) }
  static func atanh(_ x: Float) -> Float { systemAtanh(x) }
  static func erf(_ x: Float) -> Float { systemErf(x) }
  static func pow(_ x: Float, _ y: Float) -> Float { systemPow(x, y) }
  static func fmod(_ x: Float, _ y: Float) -> Float { systemFmod(x, y) }
}

extension Double: KernelFloat {
  static func exp(_ x: Double) -> Double { systemExp(x) }
  static func expm1(_ x: Double) -> Double { systemExpm1(x) }
  static func log(_ x: Double) -> Double { systemLog(x) }
  static func log1p(_ x: Double) -> Double { systemLog1p(x) }
  static func sin(_ x: Double) -> Double { systemSin(x) }
  static func cos(_ x: Double) -> Double { systemCos(x) }
  static func tan(_ x: Double) -> Double { systemTan(x) }
  static func asin(_ x: Double) -> Double { systemAsin(x) }
  static func acos(_ x: Double) -> Double { systemAcos(x) }
  static func atan(_ x: Double) -> Double { systemAtan(x) }
  static func sinh(_ x: Double) -> Double { systemSinh(x) }
  static func cosh(_ x: Double) -> Double { systemCosh(x) }
  static func tanh(_ x: Double) -> Double { systemTanh(x) }
  static func asinh(_ x: Double) -> Double { systemAsinh(x) }
  static func acosh(_ x: Double) -> Double { systemAcosh(x) }
  static func atanh(_ x: Double) -> Double { systemAtanh(x) }
  static func erf(_ x: Double) -> Double { systemErf(x) }
  static func pow(_ x: Double, _ y: Double) -> Double { systemPow(x, y) }
  static func fmod(_ x: Double, _ y: Double) -> Double { systemFmod(x, y) }
}
