internal import CVectorLoops
internal import ModelIR

extension RuntimeTensor {
  /// Brings elements back into their type after a node.
  ///
  /// Whole numbers wrap around (modulo 2ⁿ, as the standard's reference does), bools become 0 or 1,
  /// and narrow floats held in Float are rounded to nearest even. What is held in Double stays as
  /// it is.
  mutating func normalize() {
    let type = dataType
    switch elements {
    case .integer(let integers):
      guard type != .int64, type != .uint64 else { return }
      guard integers.contains(where: { IntegerRange.wrapped($0, to: type) != $0 }) else { return }
      elements = .integer(integers.map { IntegerRange.wrapped($0, to: type) })
    case .float(var floats):
      guard type != .float32 else { return }
      elements = .float([])
      Self.round(&floats, to: type)
      elements = .float(floats)
    case .double: break
    }
  }

  /// Rounds in place to half, bfloat16 or one of the small float types.
  static func round(_ floats: inout [Float], to type: DataType) {
    guard type == .float16 || type == .bfloat16 else {
      guard SmallFloat(type) != nil || type == .float8E8M0 else { return }
      for index in floats.indices {
        floats[index] = SmallFloat.rounded(
          floats[index], to: type, saturating: type == .float8E8M0)
      }
      return
    }
    let step = 4096
    var halves = [UInt16](repeating: 0, count: min(step, floats.count))
    unsafe floats.withUnsafeMutableBufferPointer { floats in
      unsafe halves.withUnsafeMutableBufferPointer { halves in
        guard let numbers = floats.baseAddress, let scratch = halves.baseAddress else { return }
        for start in stride(from: 0, to: floats.count, by: step) {
          let count = min(step, floats.count - start)
          if type == .float16 {
            unsafe bnfold_float_to_half(numbers + start, scratch, count)
            unsafe bnfold_half_to_float(scratch, numbers + start, count)
          } else {
            unsafe bnfold_float_to_bfloat16(numbers + start, scratch, count)
            unsafe bnfold_bfloat16_to_float(scratch, numbers + start, count)
          }
        }
      }
    }
  }
}
