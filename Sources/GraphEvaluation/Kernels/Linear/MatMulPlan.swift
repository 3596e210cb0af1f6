/// The shapes of a matrix product as numpy.matmul defines them: vectors are promoted to matrices,
/// the axes before the last two broadcast.
struct MatMulPlan {
  /// Rows of one product.
  let m: Int
  /// Columns of one product.
  let n: Int
  /// Length of the sums.
  let k: Int
  /// The result's shape.
  let shape: [Int]
  /// First element of each product's matrices; one pair for each product in the result's order.
  let offsets: [(a: Int, b: Int)]

  init(_ a: [Int], _ b: [Int]) throws {
    guard let lastA = a.last, let lastB = b.last else {
      throw EvaluationError.Problem.badInput("a matrix product of shapes \(a) and \(b)")
    }
    let left = a.count == 1 ? [1, lastA] : a
    let right = b.count == 1 ? [lastB, 1] : b
    let (m, k) = (left[left.count - 2], left[left.count - 1])
    let n = right[right.count - 1]
    guard right[right.count - 2] == k else {
      throw EvaluationError.Problem.badInput("a matrix product of shapes \(a) and \(b)")
    }
    try MatrixProduct.check(m, n, k)
    var (batchA, batchB) = (Array(left.dropLast(2)), Array(right.dropLast(2)))
    let batch = try Broadcast.shape([batchA, batchB])
    shape = batch + (a.count == 1 ? [] : [m]) + (b.count == 1 ? [] : [n])
    var rows = m
    // Many matrices on the left and one on the right are one tall matrix.
    if batchB.allSatisfy({ $0 == 1 }), batchA == batch {
      let tall = batchA.reduce(m, *)
      if tall <= Int(Int32.max) {
        rows = tall
        (batchA, batchB) = ([], [])
      }
    }
    var offsets: [(a: Int, b: Int)] = []
    let (depthA, depthB) = (m * k, k * n)
    try Broadcast([batchA, batchB]).forEachRun { run in
      for index in 0..<run.count {
        offsets.append(
          (
            (run.first.0 + index * run.step.0) * depthA,
            (run.first.1 + index * run.step.1) * depthB
          ))
      }
    }
    self.m = rows
    self.n = n
    self.k = k
    self.offsets = offsets
  }
}
