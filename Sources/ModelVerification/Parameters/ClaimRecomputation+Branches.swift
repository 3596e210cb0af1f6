internal import ModelIR

/// Kernels and biases that are put together from several summands.
extension ClaimRecomputation {
  /// The sum of what the branches' own claims make, each in its place.
  func merged() throws -> Result {
    var sums = [DoubleDouble](repeating: DoubleDouble(0), count: shape.elementCount)
    var magnitudes = [Double](repeating: 0, count: shape.elementCount)
    for branch in claim.branches {
      let part = ClaimRecomputation(
        model: model, resolver: resolver, affines: affines, claim: branch.claim,
        shape: branch.shape, kernel: branch.kernel)
      let own = try part.run()
      let places = try places(of: branch, count: own.numbers.count)
      guard places.allSatisfy(sums.indices.contains) else {
        throw RecomputedAffine.Problem(reason: "a branch of shape \(branch.shape) in \(shape)")
      }
      for (element, number) in own.numbers.enumerated() where number != 0 || isBias {
        let place = places[element]
        sums[place] = sums[place] + DoubleDouble(number * branch.sign)
        magnitudes[place] +=
          own.magnitudes.isEmpty ? number.magnitude : own.magnitudes[element]
      }
    }
    return Result(numbers: sums.map(\.value), magnitudes: magnitudes)
  }

  private var isBias: Bool { if case .bias = claim.role { true } else { false } }

  /// Where each of a branch's elements lies in the whole.
  private func places(of branch: FoldClaim.Branch, count: Int) throws -> [Int] {
    guard !branch.placement.isEmpty else { return Array(0..<count) }
    let (own, whole) = (branch.shape, shape)
    let problem = RecomputedAffine.Problem(reason: "a branch of shape \(own) in \(whole)")
    guard own.rank == whole.rank, own.elementCount == count,
      branch.placement.count == own.rank, branch.spacing.count == own.rank
    else { throw problem }
    let strides = whole.strides
    var places = [0]
    for axis in 0..<own.rank {
      let along = try (0..<own.dimensions[axis]).map { coordinate in
        let position = branch.placement[axis] + coordinate * branch.spacing[axis]
        guard position >= 0, position < whole.dimensions[axis] else { throw problem }
        return position * strides[axis]
      }
      places = places.flatMap { place in along.map { place + $0 } }
    }
    return places
  }

  /// Ones, or their mean over the taps, where an output channel meets the input channel of its
  /// number.
  func diagonal() throws -> [Double] {
    guard shape.rank > 2 else {
      throw RecomputedAffine.Problem(reason: "a kernel of shape \(shape)")
    }
    let (rows, members) = (shape.dimensions[0], max(1, shape.dimensions[1]))
    let taps = shape.elementCount / max(1, rows * members)
    var number = 1.0
    if case .average = kernel { number /= Double(taps) }
    var numbers = [Double](repeating: 0, count: shape.elementCount)
    for row in 0..<rows {
      let start = (row * members + row % members) * taps
      for tap in 0..<taps { numbers[start + tap] = number }
    }
    return numbers
  }
}
