/// One number from one number, in Float or Double.
protocol UnaryOperator: Sendable {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E
  /// All of `count` elements in place; one after the other unless an operator has a loop of its own.
  func apply<E: KernelFloat>(_ values: UnsafeMutablePointer<E>, _ count: Int)
}

extension UnaryOperator {
  func apply<E: KernelFloat>(_ values: UnsafeMutablePointer<E>, _ count: Int) {
    for index in 0..<count { unsafe values[index] = self(values[index]) }
  }
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
