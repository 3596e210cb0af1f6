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

extension Float {
  static func affine(
    _ values: UnsafeMutablePointer<Float>, _ count: Int, center: Float, factor: Float, shift: Float
  ) {
    unsafe bnfold_affine_f32(values, count, center, factor, shift)
  }

  static func sum(_ values: UnsafePointer<Float>, _ count: Int) -> Double {
    unsafe bnfold_sum_f32(values, count)
  }

  static func exponentials(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
    unsafe bnfold_exp_f32(values, count)
  }

  static func sigmoids(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
    unsafe bnfold_sigmoid_f32(values, count)
  }

  static func swishes(_ values: UnsafeMutablePointer<Float>, _ count: Int, alpha: Float) {
    unsafe bnfold_swish_f32(values, count, alpha)
  }
}

extension Double {
  static func affine(
    _ values: UnsafeMutablePointer<Double>, _ count: Int, center: Double, factor: Double,
    shift: Double
  ) {
    unsafe bnfold_affine_f64(values, count, center, factor, shift)
  }

  static func sum(_ values: UnsafePointer<Double>, _ count: Int) -> Double {
    unsafe bnfold_sum_f64(values, count)
  }

  static func exponentials(_ values: UnsafeMutablePointer<Double>, _ count: Int) {
    unsafe bnfold_exp_f64(values, count)
  }

  static func sigmoids(_ values: UnsafeMutablePointer<Double>, _ count: Int) {
    unsafe bnfold_sigmoid_f64(values, count)
  }

  static func swishes(_ values: UnsafeMutablePointer<Double>, _ count: Int, alpha: Double) {
    unsafe bnfold_swish_f64(values, count, alpha)
  }
}
