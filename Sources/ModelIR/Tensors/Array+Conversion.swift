// `map` does not become a loop over vectors; these do, and verification spends its time in them.

extension [Double] {
  /// Floats as Doubles, exactly.
  public init(widening floats: [Float]) {
    unsafe self.init(unsafeUninitializedCapacity: floats.count) { out, count in
      for index in floats.indices { unsafe out[index] = Double(floats[index]) }
      count = floats.count
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
