/// A unary operator's loops over whole buffers.
///
/// An operator is specialized for each type in these loops alone; what is around them (taking
/// buffers, threads, results) is compiled once for all operators.
@safe struct UnaryLoops: Sendable {
  /// Changes elements in place.
  typealias Loop<E> = @Sendable (_ values: UnsafeMutablePointer<E>, _ count: Int) -> Void

  let float: Loop<Float>
  let double: Loop<Double>

  @inline(never)
  init<Operator: UnaryOperator>(_ op: Operator) {
    unsafe float = { unsafe op.apply($0, $1) }
    unsafe double = { unsafe op.apply($0, $1) }
  }
}

/// A binary operator's loops over whole buffers; see `UnaryLoops`.
@safe struct BinaryLoops: Sendable {
  /// x ← op(x, y) for `count` elements of x; y is as many, or one number where `step` is 0.
  typealias Loop<E> =
    @Sendable (
      _ x: UnsafeMutablePointer<E>, _ y: UnsafePointer<E>, _ step: Int, _ count: Int
    ) -> Void

  let float: Loop<Float>
  let double: Loop<Double>
  let integer: Loop<Int64>
  /// uint64 by its bit pattern.
  let unsigned: Loop<Int64>

  @inline(never)
  init<Operator: BinaryOperator>(_ op: Operator) {
    unsafe float = { unsafe Self.run($0, $1, $2, $3) { op($0, $1) } }
    unsafe double = { unsafe Self.run($0, $1, $2, $3) { op($0, $1) } }
    unsafe integer = { unsafe Self.run($0, $1, $2, $3) { op($0, $1) } }
    unsafe unsigned = {
      unsafe Self.run($0, $1, $2, $3) {
        Int64(bitPattern: op(UInt64(bitPattern: $0), UInt64(bitPattern: $1)))
      }
    }
  }

  @inline(__always)
  private static func run<E>(
    _ x: UnsafeMutablePointer<E>, _ y: UnsafePointer<E>, _ step: Int, _ count: Int,
    _ op: (E, E) -> E
  ) {
    if step == 0 {
      let constant = unsafe y[0]
      for index in 0..<count { unsafe x[index] = op(x[index], constant) }
    } else {
      for index in 0..<count { unsafe x[index] = op(x[index], y[index]) }
    }
  }
}
