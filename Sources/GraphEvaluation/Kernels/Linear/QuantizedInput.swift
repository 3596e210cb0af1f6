internal import ModelIR

/// Quantized inputs of the QLinear and Integer operators as exact Doubles.
enum QuantizedInput {
  /// x − zero_point; the zero point is one number, one for each index along `axis`, or a tensor of
  /// x's rank that broadcasts to it.
  static func centered(
    _ context: KernelContext, _ input: Int, zeroPoint: Int, axis: Int
  ) throws -> [Double] {
    let x = try context.input(input)
    // Sums of products of longer numbers would not be exact.
    guard x.dataType.bitWidth <= 8 else {
      throw EvaluationError.Problem.badInput("type \(x.dataType.name) of input \(input)")
    }
    var numbers = x.doubles()
    guard let zero = context.optionalInput(zeroPoint) else { return numbers }
    let offsets = zero.doubles()
    try Broadcast([x.shape, aligned(zero, with: x.shape, axis: axis)]).forEachRun { run in
      for index in 0..<run.count {
        numbers[run.output + index] -= offsets[run.first.1 + index * run.step.1]
      }
    }
    return numbers
  }

  /// The shape in which a parameter broadcasts to `shape`: a list lies along `axis`.
  static func aligned(
    _ parameter: RuntimeTensor, with shape: [Int], axis: Int
  ) throws -> [Int] {
    if parameter.count == 1 { return [] }
    if parameter.rank == 1 {
      let axis = try Axes.normalize(axis, rank: shape.count)
      var aligned = [Int](repeating: 1, count: shape.count)
      aligned[axis] = parameter.count
      if parameter.count == shape[axis] { return aligned }
    } else if parameter.rank == shape.count,
      try Broadcast.shape([shape, parameter.shape]) == shape
    {
      return parameter.shape
    }
    throw EvaluationError.Problem.badInput(
      "scales or zero points of shape \(parameter.shape) for an input of shape \(shape)")
  }

  /// The numbers of a scale.
  static func scales(_ context: KernelContext, _ input: Int) throws -> [Double] {
    let scales = try context.input(input)
    guard scales.integers == nil, scales.count >= 1 else {
      throw EvaluationError.Problem.badInput("a scale of shape \(scales.shape)")
    }
    return scales.doubles()
  }

  /// saturate(round(sum · scale) + zero), halves to even.
  ///
  /// The product is rounded to Float first, as the standard's implementations do, so that ties
  /// fall alike.
  static func quantize(
    _ sum: Double, scale: Double, zero: Int64, _ range: ClosedRange<Int64>
  ) -> Int64 {
    saturated(Double(Float(sum) * Float(scale)), zero: Double(zero), range)
  }

  /// saturate(round(value) + zero), halves to even; NaN becomes the zero point.
  static func saturated(_ value: Double, zero: Double, _ range: ClosedRange<Int64>) -> Int64 {
    let rounded = (value.isNaN ? 0 : value.rounded(.toNearestOrEven)) + zero
    return Int64(max(Double(range.lowerBound), min(Double(range.upperBound), rounded)))
  }
}
