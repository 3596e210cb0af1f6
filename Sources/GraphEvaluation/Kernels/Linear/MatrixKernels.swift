internal import ModelIR

/// MatMul and Gemm (onnx, Operators.md, MatMul-1 to 13, Gemm-1 to 13).
///
///     MatMul: Y = A · B over the last two axes, the others broadcast (numpy.matmul)
///     Gemm:   Y[M, N] = alpha · op(A)[M, K] · op(B)[K, N] + beta · C, C broadcast to [M, N]
///
/// Floats accumulate in the type they are computed in; whole numbers exactly modulo 2⁶⁴.
enum MatrixKernels {
  static let table: [KernelEntry] = [
    KernelEntry("MatMul") {
      if $0.holdsIntegers(0) { return try multiplyIntegers($0) }
      return try $0.inDouble ? multiply($0, Double.self) : multiply($0, Float.self)
    },
    KernelEntry("Gemm") {
      if $0.holdsIntegers(0) { return try combineIntegers($0) }
      return try $0.inDouble ? combine($0, Double.self) : combine($0, Float.self)
    },
  ]

  // MARK: MatMul

  private static func multiply<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let plan = try MatMulPlan(context.input(0).shape, context.input(1).shape)
    let count = try context.count(of: plan.shape)
    let (a, b) = (try context.floats(0, as: E.self), try context.floats(1, as: E.self))
    return try context.result(
      plan.shape, try BatchedProduct.run(plan, a, b, count, context.threads))
  }

  private static func multiplyIntegers(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let plan = try MatMulPlan(context.input(0).shape, context.input(1).shape)
    _ = try context.count(of: plan.shape)
    let product = BatchedProduct.run(plan, try context.integers(0), try context.integers(1))
    return try context.result(plan.shape, product)
  }

  // MARK: Gemm

  /// Shapes of a Gemm.
  private struct Form {
    let m: Int
    let n: Int
    let k: Int
    let transA: Bool
    let transB: Bool

    init(_ context: KernelContext) throws {
      let (a, b) = (try context.input(0).shape, try context.input(1).shape)
      transA = try context.flag("transA")
      transB = try context.flag("transB")
      guard a.count == 2, b.count == 2, a[transA ? 0 : 1] == b[transB ? 1 : 0] else {
        throw EvaluationError.Problem.badInput("matrices \(a) and \(b)")
      }
      m = a[transA ? 1 : 0]
      k = a[transA ? 0 : 1]
      n = b[transB ? 0 : 1]
      try MatrixProduct.check(m, n, k)
    }

    /// Distances of rows and columns in C.
    func steps(_ c: RuntimeTensor) throws -> (row: Int, column: Int) {
      guard try Broadcast.shape([c.shape, [m, n]]) == [m, n] else {
        throw EvaluationError.Problem.badInput("C of shape \(c.shape) for a result of [\(m), \(n)]")
      }
      let steps = Broadcast.steps(of: c.shape, in: [m, n])
      return (steps[0], steps[1])
    }
  }

  private static func combine<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let form = try Form(context)
    let alpha = E(try context.float("alpha", default: 1))
    let beta = E(try context.float("beta", default: 1))
    let count = try context.count(of: [form.m, form.n])
    let (a, b) = (try context.floats(0, as: E.self), try context.floats(1, as: E.self))
    var result = [E](repeating: 0, count: count)
    var hasC = false
    if let c = context.optionalInput(2), beta != 0 {
      let (steps, elements) = (try form.steps(c), try context.floats(2, as: E.self))
      hasC = true
      for row in 0..<form.m {
        for column in 0..<form.n {
          result[row * form.n + column] = elements[row * steps.row + column * steps.column]
        }
      }
    }
    guard count > 0, form.k > 0 else {
      return try context.result([form.m, form.n], result.map { $0 * beta })
    }
    unsafe result.withUnsafeMutableBufferPointer { output in
      _ = unsafe ElementArray.withPointer(a) { a in
        unsafe ElementArray.withPointer(b) { b in
          guard let output = output.baseAddress else { return }
          unsafe MatrixProduct.multiply(
            .init(m: form.m, n: form.n, k: form.k), alpha: alpha,
            .init(a, rowStride: form.transA ? form.m : form.k, transposed: form.transA),
            .init(b, rowStride: form.transB ? form.k : form.n, transposed: form.transB),
            beta: hasC ? beta : 0, output, rowStride: form.n, threads: context.threads)
        }
      }
    }
    return try context.result([form.m, form.n], result)
  }

  /// Whole alpha and beta exactly modulo 2⁶⁴; others in Double, cut off.
  private static func combineIntegers(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let form = try Form(context)
    let (alpha, beta) = (
      try context.float("alpha", default: 1), try context.float("beta", default: 1)
    )
    let whole = Int64(exactly: alpha).flatMap { a in Int64(exactly: beta).map { (a, $0) } }
    let isUnsigned = try context.input(0).dataType == .uint64
    func number(_ value: Int64) -> Double {
      isUnsigned ? Double(UInt64(bitPattern: value)) : Double(value)
    }
    let count = try context.count(of: [form.m, form.n])
    let (a, b) = (try context.integers(0), try context.integers(1))
    var result = [Int64](repeating: 0, count: count)
    let c = try context.optionalInput(2) == nil ? nil : context.integers(2)
    let steps = try context.optionalInput(2).map { try form.steps($0) } ?? (row: 0, column: 0)
    for row in 0..<form.m {
      for column in 0..<form.n {
        var sum: Int64 = 0
        for inner in 0..<form.k {
          let left = form.transA ? inner * form.m + row : row * form.k + inner
          let right = form.transB ? column * form.k + inner : inner * form.n + column
          sum &+= a[left] &* b[right]
        }
        let added = c.map { $0[row * steps.row + column * steps.column] } ?? 0
        if let whole {
          result[row * form.n + column] = whole.0 &* sum &+ whole.1 &* added
        } else {
          let value = alpha * number(sum) + beta * number(added)
          result[row * form.n + column] =
            isUnsigned
            ? UInt64(exactly: value.rounded(.towardZero)).map { Int64(bitPattern: $0) } ?? 0
            : Int64(clamping: value)
        }
      }
    }
    return try context.result([form.m, form.n], result)
  }
}
