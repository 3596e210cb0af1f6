/// Types of elements in few letters.
enum TypeText {
  /// `f32` for "float32", `bf16`, `i8`, `u8`; others as they are.
  static func short(_ name: String) -> String {
    for (long, short) in [("bfloat", "bf"), ("float", "f"), ("uint", "u"), ("int", "i")]
    where name.hasPrefix(long) {
      return short + name.dropFirst(long.count)
    }
    return name
  }
}
