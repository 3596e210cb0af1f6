/// The products of a `MatMulPlan`.
enum BatchedProduct {
  /// Float products by the system's BLAS; threads take whole products where there are enough.
  static func run<E: KernelFloat>(
    _ plan: MatMulPlan, _ a: [E], _ b: [E], _ count: Int, _ threads: Int
  ) throws -> [E] {
    guard plan.k > 0 else { return Array(repeating: 0, count: count) }
    return unsafe ElementArray.make(count) { output in
      _ = unsafe ElementArray.withPointer(a) { a in
        unsafe ElementArray.withPointer(b) { b in
          let size = MatrixProduct.Size(m: plan.m, n: plan.n, k: plan.k)
          let together = plan.offsets.count >= threads
          let work = max(1, size.m * size.n * size.k)
          Parallel.forEachRange(
            plan.offsets.count, threads: together ? threads : 1, grain: max(1, 65536 / work)
          ) { range in
            for index in range {
              let offset = plan.offsets[index]
              unsafe MatrixProduct.multiply(
                size, .init(a + offset.a, rowStride: size.k),
                .init(b + offset.b, rowStride: size.n), output + index * size.m * size.n,
                rowStride: size.n, threads: together ? 1 : threads)
            }
          }
        }
      }
    }
  }

  /// Products of whole numbers, modulo 2⁶⁴.
  static func run(_ plan: MatMulPlan, _ a: [Int64], _ b: [Int64]) -> [Int64] {
    var result = [Int64](repeating: 0, count: plan.offsets.count * plan.m * plan.n)
    for (index, offset) in plan.offsets.enumerated() {
      for row in 0..<plan.m {
        let target = (index * plan.m + row) * plan.n
        for inner in 0..<plan.k {
          let factor = a[offset.a + row * plan.k + inner]
          let source = offset.b + inner * plan.n
          for column in 0..<plan.n {
            result[target + column] &+= factor &* b[source + column]
          }
        }
      }
    }
    return result
  }
}
