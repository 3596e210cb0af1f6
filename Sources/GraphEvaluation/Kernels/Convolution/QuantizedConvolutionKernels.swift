internal import ModelIR

/// ConvInteger and QLinearConv (onnx, Operators.md, version 10).
///
///     ConvInteger: y = conv(x − x_zero, w − w_zero), int32
///     QLinearConv: y = saturate(round((conv(x − x_zero, w − w_zero) + b) · x_scale·w_scale/y_scale)
///                               + y_zero)
///
/// The zero point and scale of w are single numbers or one for each filter. The sums are exact:
/// they are taken in Double.
enum QuantizedConvolutionKernels {
  static let table: [KernelEntry] = [
    KernelEntry("ConvInteger") { context in
      let sums = try convolve(context, x: (0, zero: 2), w: (1, zero: 3), bias: nil)
      return try context.result(sums.shape, sums.elements.map { Int64($0) }, .int32)
    },
    KernelEntry("QLinearConv") { try convolveQuantized($0) },
  ]

  private static func convolve(
    _ context: KernelContext, x: (Int, zero: Int), w: (Int, zero: Int), bias: Int?
  ) throws -> (shape: [Int], elements: [Double]) {
    try ConvolutionKernels.convolve(
      context, x: try context.input(x.0).shape, w: try context.input(w.0).shape,
      bias: bias.map { try context.integers($0).map { Double($0) } } ?? [],
      inputs: try QuantizedInput.centered(context, x.0, zeroPoint: x.zero, axis: 1),
      weights: try QuantizedInput.centered(context, w.0, zeroPoint: w.zero, axis: 0))
  }

  private static func convolveQuantized(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let sums = try convolve(
      context, x: (0, zero: 2), w: (3, zero: 5),
      bias: context.optionalInput(8) == nil ? nil : 8)
    let (x, w, y) = (
      try QuantizedInput.scales(context, 1), try QuantizedInput.scales(context, 4),
      try QuantizedInput.scales(context, 6)
    )
    let output = try context.input(7)
    let zero = try context.integers(7)
    let filters = sums.shape[1]
    guard x.count == 1, y.count == 1, zero.count == 1, w.count == 1 || w.count == filters else {
      throw EvaluationError.Problem.badInput("\(w.count) weight scales for \(filters) filters")
    }
    let range = IntegerRange.bounds(of: output.dataType)
    let plane = sums.shape[2...].reduce(1, *)
    let result = sums.elements.indices.map { index in
      let scale = x[0] * w[index / plane % filters % w.count] / y[0]
      return QuantizedInput.quantize(sums.elements[index], scale: scale, zero: zero[0], range)
    }
    return try context.result(sums.shape, result, output.dataType)
  }
}
