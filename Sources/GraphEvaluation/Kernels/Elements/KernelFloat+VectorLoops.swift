internal import CVectorLoops

extension Float {
  static func clamp(
    _ values: UnsafeMutablePointer<Float>, _ count: Int, low: Float, high: Float
  ) {
    unsafe bnfold_clamp_f32(values, count, low, high)
  }

  static func convolve(
    _ input: UnsafePointer<Float>, _ offsets: UnsafeBufferPointer<Int>,
    _ weights: UnsafePointer<Float>, weightStride: Int, _ filters: Int,
    _ bias: UnsafePointer<Float>?, adds: Bool, _ output: UnsafeMutablePointer<Float>,
    _ rowStride: Int, _ count: Int
  ) {
    unsafe bnfold_convolve_f32(
      input, offsets.baseAddress, offsets.count, weights, weightStride, filters, bias,
      adds ? 1 : 0, output, rowStride, count)
  }
}

extension Double {
  static func clamp(
    _ values: UnsafeMutablePointer<Double>, _ count: Int, low: Double, high: Double
  ) {
    unsafe bnfold_clamp_f64(values, count, low, high)
  }

  static func convolve(
    _ input: UnsafePointer<Double>, _ offsets: UnsafeBufferPointer<Int>,
    _ weights: UnsafePointer<Double>, weightStride: Int, _ filters: Int,
    _ bias: UnsafePointer<Double>?, adds: Bool, _ output: UnsafeMutablePointer<Double>,
    _ rowStride: Int, _ count: Int
  ) {
    unsafe bnfold_convolve_f64(
      input, offsets.baseAddress, offsets.count, weights, weightStride, filters, bias,
      adds ? 1 : 0, output, rowStride, count)
  }
}

extension Float {
  static func copyRows(
    _ input: UnsafePointer<Float>, rowStride inStride: Int, step: Int,
    to output: UnsafeMutablePointer<Float>, rowStride outStride: Int, width: Int, rows: Int
  ) {
    unsafe bnfold_copy_rows_f32(input, inStride, step, output, outStride, width, rows)
  }

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
  static func copyRows(
    _ input: UnsafePointer<Double>, rowStride inStride: Int, step: Int,
    to output: UnsafeMutablePointer<Double>, rowStride outStride: Int, width: Int, rows: Int
  ) {
    unsafe bnfold_copy_rows_f64(input, inStride, step, output, outStride, width, rows)
  }

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

extension KernelFloat {
  /// All of `offsets` at once, weights without gaps.
  static func convolve(
    _ input: UnsafePointer<Self>, _ offsets: [Int], _ weights: UnsafePointer<Self>,
    _ filters: Int, _ bias: UnsafePointer<Self>?, _ output: UnsafeMutablePointer<Self>,
    _ rowStride: Int, _ count: Int
  ) {
    unsafe offsets.withUnsafeBufferPointer { offsets in
      unsafe convolve(
        input, offsets, weights, weightStride: offsets.count, filters, bias, adds: false, output,
        rowStride, count)
    }
  }
}
