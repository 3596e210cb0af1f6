internal import ByteStore

/// Products of extents that may not fit.
enum CheckedProduct {
  static func of(_ extents: [Int]) -> Int? { CheckedArithmetic.product(extents) }
}
