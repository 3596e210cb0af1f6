public import GraphEvaluation

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The numbers that a network is trained in: Float, and Double for the check of gradients.
public protocol TrainingFloat: BinaryFloatingPoint, Sendable {
  /// C ← op(A)·op(B), or C + op(A)·op(B).
  static func multiply(
    _ size: ArrayProduct.Size, _ a: ArrayProduct.Factor<Self>, _ b: ArrayProduct.Factor<Self>,
    into c: inout [Self], adding: Bool)
  /// e to a power.
  static func exponential(_ x: Self) -> Self
  /// The natural logarithm.
  static func logarithm(_ x: Self) -> Self
}

extension Float: TrainingFloat {
  /// The product by the system's library.
  public static func multiply(
    _ size: ArrayProduct.Size, _ a: ArrayProduct.Factor<Float>, _ b: ArrayProduct.Factor<Float>,
    into c: inout [Float], adding: Bool
  ) { ArrayProduct.multiply(size, a, b, into: &c, adding: adding) }
  /// e to a power.
  public static func exponential(_ x: Float) -> Float { expf(x) }
  /// The natural logarithm.
  public static func logarithm(_ x: Float) -> Float { logf(x) }
}

extension Double: TrainingFloat {
  /// The product by the system's library.
  public static func multiply(
    _ size: ArrayProduct.Size, _ a: ArrayProduct.Factor<Double>, _ b: ArrayProduct.Factor<Double>,
    into c: inout [Double], adding: Bool
  ) { ArrayProduct.multiply(size, a, b, into: &c, adding: adding) }
  /// e to a power.
  public static func exponential(_ x: Double) -> Double { exp(x) }
  /// The natural logarithm.
  public static func logarithm(_ x: Double) -> Double { log(x) }
}
