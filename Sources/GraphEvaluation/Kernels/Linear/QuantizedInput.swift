internal import ModelIR

/// Quantized inputs of the QLinear and Integer operators as exact Doubles.
enum QuantizedInput {
  /// x − zero_point; the zero point is one number, or one for each index along `axis`.
  static func centered(
    _ context: KernelContext, _ input: Int, zeroPoint: Int, axis: Int
  ) throws -> [Double] {
    let type = try context.input(input).dataType
    // Sums of products of longer numbers would not be exact.
    guard type.bitWidth <= 8 else {
      throw EvaluationError.Problem.unsupported("type \(type.name) of input \(input)")
    }
    let x = try context.integers(input)
    guard context.optionalInput(zeroPoint) != nil else { return x.map { Double($0) } }
    let zero = try context.integers(zeroPoint)
    if zero.count == 1 { return x.map { Double($0 &- zero[0]) } }
    let shape = try context.input(input).shape
    let axis = try Axes.normalize(axis, rank: shape.count)
    guard zero.count == shape[axis] else {
      throw EvaluationError.Problem.unsupported(
        "\(zero.count) zero points for an input of shape \(shape)")
    }
    let inner = shape[(axis + 1)...].reduce(1, *)
    return x.indices.map { Double(x[$0] &- zero[$0 / inner % zero.count]) }
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
  /// The product is rounded to Float first, as
  /// the standard's implementations do, so that ties fall alike.
  static func quantize(
    _ sum: Double, scale: Double, zero: Int64, _ range: ClosedRange<Int64>
  ) -> Int64 {
    let value = Double(Float(sum) * Float(scale)).rounded(.toNearestOrEven) + Double(zero)
    guard !value.isNaN else { return max(range.lowerBound, min(range.upperBound, zero)) }
    return Int64(max(Double(range.lowerBound), min(Double(range.upperBound), value)))
  }
}
