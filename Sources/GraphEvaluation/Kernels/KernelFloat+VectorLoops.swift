internal import CVectorLoops

extension Float {
  static func addTaps(
    _ input: UnsafePointer<Float>, _ offsets: UnsafePointer<Int>,
    _ weights: UnsafePointer<Float>, _ taps: Int, _ bias: Float,
    _ output: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    unsafe bnfold_taps_f32(input, offsets, weights, taps, bias, output, count)
  }
}

extension Double {
  static func addTaps(
    _ input: UnsafePointer<Double>, _ offsets: UnsafePointer<Int>,
    _ weights: UnsafePointer<Double>, _ taps: Int, _ bias: Double,
    _ output: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    unsafe bnfold_taps_f64(input, offsets, weights, taps, bias, output, count)
  }
}
