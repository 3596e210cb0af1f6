internal import CVectorLoops

// `map` does not become a loop over vectors; these do, and verification spends its time in them.

extension [Double] {
  /// Floats as Doubles, exactly.
  public init(widening floats: [Float]) {
    unsafe self.init(unsafeUninitializedCapacity: floats.count) { out, count in
      unsafe floats.withUnsafeBufferPointer { floats in
        guard let source = floats.baseAddress, let target = out.baseAddress else { return }
        unsafe bnfold_widen_f32(source, target, floats.count)
      }
      count = floats.count
    }
  }

  /// The squares of doubles whose magnitudes count as no smaller than `least`.
  public init(squaresOf doubles: [Double], atLeast least: Double) {
    unsafe self.init(unsafeUninitializedCapacity: doubles.count) { out, count in
      for index in doubles.indices {
        let magnitude = doubles[index].magnitude
        let size = magnitude < least ? least : magnitude
        unsafe out[index] = size * size
      }
      count = doubles.count
    }
  }

  /// For each channel of each group its group's row, times its factor and plus its shift.
  ///
  /// `rows` holds batches of `groups` rows of `length` elements each; as many channels in order
  /// share each row. The result holds batches of `factors.count` rows.
  public init(
    spreading rows: [Double], length: Int, groups: Int, factors: [Double], shifts: [Double]
  ) {
    precondition(groups > 0 && factors.count % groups == 0 && factors.count == shifts.count)
    let perGroup = factors.count / groups
    let batches = length > 0 ? rows.count / (length * groups) : 0
    precondition(batches * length * groups == rows.count)
    let total = rows.count * perGroup
    unsafe self.init(unsafeUninitializedCapacity: total) { out, count in
      var target = 0
      for batch in 0..<batches {
        for channel in factors.indices {
          let (factor, shift) = (factors[channel], shifts[channel])
          let source = (batch * groups + channel / perGroup) * length
          for index in 0..<length {
            unsafe out[target + index] = rows[source + index] * factor + shift
          }
          target += length
        }
      }
      count = total
    }
  }
}

extension [Float] {
  /// Doubles rounded to nearest even; beyond Float's range infinite.
  public init(rounding doubles: [Double]) {
    unsafe self.init(unsafeUninitializedCapacity: doubles.count) { out, count in
      for index in doubles.indices { unsafe out[index] = Float(doubles[index]) }
      count = doubles.count
    }
  }

  /// The magnitudes of floats, none smaller than `least`.
  public init(magnitudesOf floats: [Float], atLeast least: Float) {
    unsafe self.init(unsafeUninitializedCapacity: floats.count) { out, count in
      for index in floats.indices {
        let magnitude = floats[index].magnitude
        // In this order a NaN stays one.
        unsafe out[index] = magnitude < least ? least : magnitude
      }
      count = floats.count
    }
  }

  /// The magnitudes of doubles, rounded.
  public init(magnitudesOf doubles: [Double], atLeast least: Float) {
    unsafe self.init(unsafeUninitializedCapacity: doubles.count) { out, count in
      for index in doubles.indices {
        let magnitude = Float(doubles[index].magnitude)
        unsafe out[index] = magnitude < least ? least : magnitude
      }
      count = doubles.count
    }
  }
}
