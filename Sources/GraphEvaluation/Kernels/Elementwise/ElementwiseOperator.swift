/// One number from one number, in Float or Double.
protocol UnaryOperator: Sendable {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E
}

/// One number from two; whole numbers wrap around.
protocol BinaryOperator: Sendable {
  func callAsFunction<E: KernelFloat>(_ a: E, _ b: E) -> E
  func callAsFunction(_ a: Int64, _ b: Int64) -> Int64
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64
}

/// A truth from two numbers.
protocol BinaryPredicate: Sendable {
  func callAsFunction<E: Comparable>(_ a: E, _ b: E) -> Bool
}
