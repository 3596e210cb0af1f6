#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The one transcendental function that an ensemble's check needs.
enum Exponential {
  static func of(_ value: Double) -> Double { exp(value) }
}
