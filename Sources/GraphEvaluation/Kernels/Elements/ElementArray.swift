/// Arrays that a kernel fills through a pointer.
enum ElementArray {
  /// An array of `count` elements, all of which `fill` sets.
  static func make<E: BitwiseCopyable>(
    _ count: Int, _ fill: (UnsafeMutablePointer<E>) throws -> Void
  ) rethrows -> [E] {
    try unsafe [E](unsafeUninitializedCapacity: count) { buffer, initialized in
      if count > 0, let base = buffer.baseAddress { try unsafe fill(base) }
      initialized = count
    }
  }

  /// Calls `body` with the address of the elements, which must not be none.
  static func withPointer<E, Result>(
    _ elements: [E], _ body: (UnsafePointer<E>) throws -> Result
  ) rethrows -> Result? {
    try unsafe elements.withUnsafeBufferPointer {
      guard let base = $0.baseAddress else { return nil }
      return try unsafe body(base)
    }
  }
}
