internal import ModelIR

/// MatMulInteger and QLinearMatMul (onnx, Operators.md, versions 10 and 21); the latter in 8-bit floats
/// too.
///
///     MatMulInteger: Y = (A − a_zero) · (B − b_zero), int32
///     QLinearMatMul: y = saturate(round((A − a_zero)·(B − b_zero) · a_scale·b_scale/y_scale) + y_zero)
///
/// Zero points and scales are single numbers, or one for each row of A and column of B: a list, or
/// [batch…, M, 1] and [batch…, 1, N]. Whole-number products are exact: they are taken in Double,
/// which holds every such sum.
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
    let (a, b) = (try context.input(0).shape, try context.input(3).shape)
    let plan = try MatMulPlan(a, b)
    let sums = try products(context, plan, a: (0, zero: 2), b: (3, zero: 5))
    let (rows, columns) = (
      try QuantizedInput.scales(context, 1), try QuantizedInput.scales(context, 4)
    )
    let (y, zero) = (try QuantizedInput.scales(context, 6), try context.input(7))
    guard y.count == 1, zero.count == 1 else {
      throw EvaluationError.Problem.badInput("\(y.count) scales of the output")
    }
    // A vector has no axis of its own in the result.
    var shapes = [
      try QuantizedInput.aligned(context.input(1), with: a, axis: -2),
      try QuantizedInput.aligned(context.input(4), with: b, axis: -1),
    ]
    if b.count == 1, shapes[0].count > 1 { shapes[0].removeLast() }
    if a.count == 1, shapes[1].count > 1 { shapes[1].remove(at: shapes[1].count - 2) }
    var scaled = sums
    let type = zero.dataType
    let offset = zero.doubles()[0]
    try Broadcast([plan.shape] + shapes).forEachRun { run in
      for index in 0..<run.count {
        let scale =
          rows[run.first.1 + index * run.step.1] * columns[run.first.2 + index * run.step.2] / y[0]
        // The product in Float, as the standard's implementations have it: so ties fall alike.
        scaled[run.output + index] = Double(Float(sums[run.output + index]) * Float(scale))
      }
    }
    guard zero.isInteger else {
      let rounded = scaled.map {
        SmallFloat.rounded(Float($0 + offset), to: type, saturating: true)
      }
      return try context.result(plan.shape, rounded, type)
    }
    let range = IntegerRange.bounds(of: type)
    return try context.result(
      plan.shape, scaled.map { QuantizedInput.saturated($0, zero: offset, range) }, type)
  }
}
