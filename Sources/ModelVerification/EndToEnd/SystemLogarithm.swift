#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The one transcendental function that figures need.
enum SystemLogarithm {
  /// log₁₀; −∞ at zero.
  static func decimal(_ value: Double) -> Double { log10(value) }
}
