internal import CVectorLoops

extension Float {
  static func clamp(
    _ values: UnsafeMutablePointer<Float>, _ count: Int, low: Float, high: Float
  ) {
    unsafe bnfold_clamp_f32(values, count, low, high)
  }

  static func convolve(
    _ input: UnsafePointer<Float>, _ offsets: [Int], _ weights: UnsafePointer<Float>,
    _ filters: Int, _ bias: UnsafePointer<Float>?, _ output: UnsafeMutablePointer<Float>,
    _ rowStride: Int, _ count: Int
  ) {
    unsafe bnfold_convolve_f32(
      input, offsets, offsets.count, weights, offsets.count, filters, bias, output, rowStride,
      count)
  }
}

extension Double {
  static func clamp(
    _ values: UnsafeMutablePointer<Double>, _ count: Int, low: Double, high: Double
  ) {
    unsafe bnfold_clamp_f64(values, count, low, high)
  }

  static func convolve(
    _ input: UnsafePointer<Double>, _ offsets: [Int], _ weights: UnsafePointer<Double>,
    _ filters: Int, _ bias: UnsafePointer<Double>?, _ output: UnsafeMutablePointer<Double>,
    _ rowStride: Int, _ count: Int
  ) {
    unsafe bnfold_convolve_f64(
      input, offsets, offsets.count, weights, offsets.count, filters, bias, output, rowStride,
      count)
  }
}
