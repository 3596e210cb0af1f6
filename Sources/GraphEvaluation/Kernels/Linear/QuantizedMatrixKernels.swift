internal import ModelIR

/// MatMulInteger and QLinearMatMul (onnx, Operators.md, versions 10 and 21).
///
///     MatMulInteger: Y = (A − a_zero) · (B − b_zero), int32
///     QLinearMatMul: y = saturate(round((A − a_zero)·(B − b_zero) · a_scale·b_scale/y_scale) + y_zero)
///
/// Zero points and scales are single numbers, or one for each row of A and column of B. The products
/// are exact: they are taken in Double, which holds every such sum.
enum QuantizedMatrixKernels {
  static let table: [KernelEntry] = [
    KernelEntry("MatMulInteger") { context in
      let plan = try MatMulPlan(context.input(0).shape, context.input(1).shape)
      let sums = try products(context, plan, a: (0, zero: 2), b: (1, zero: 3))
      return try context.result(plan.shape, sums.map { Int64($0) }, .int32)
    },
    KernelEntry("QLinearMatMul") { try multiplyQuantized($0) },
  ]

  private static func products(
    _ context: KernelContext, _ plan: MatMulPlan, a: (Int, zero: Int), b: (Int, zero: Int)
  ) throws -> [Double] {
    let count = try context.count(of: plan.shape)
    let left = try QuantizedInput.centered(context, a.0, zeroPoint: a.zero, axis: -2)
    let right = try QuantizedInput.centered(context, b.0, zeroPoint: b.zero, axis: -1)
    return try BatchedProduct.run(plan, left, right, count, context.threads)
  }

  private static func multiplyQuantized(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let plan = try MatMulPlan(context.input(0).shape, context.input(3).shape)
    let sums = try products(context, plan, a: (0, zero: 2), b: (3, zero: 5))
    let (a, b, y) = (
      try QuantizedInput.scales(context, 1), try QuantizedInput.scales(context, 4),
      try QuantizedInput.scales(context, 6)
    )
    let output = try context.input(7)
    guard let zero = output.integers else {
      throw EvaluationError.Problem.unsupported("type \(output.dataType.name) of y_zero_point")
    }
    let range = IntegerRange.bounds(of: output.dataType)
    let columns = max(1, context.optionalInput(3)?.rank == 1 ? 1 : plan.n)
    let rows = max(1, try context.input(0).shape.dropLast().last ?? 1)
    guard a.count == 1 || a.count == rows, b.count == 1 || b.count == columns, y.count == 1,
      zero.count == 1
    else { throw EvaluationError.Problem.unsupported("scales of this shape") }
    let result = sums.indices.map { index in
      let scale = a[index / columns % rows % a.count] * b[index % columns % b.count] / y[0]
      return QuantizedInput.quantize(sums[index], scale: scale, zero: zero[0], range)
    }
    return try context.result(plan.shape, result, output.dataType)
  }
}
