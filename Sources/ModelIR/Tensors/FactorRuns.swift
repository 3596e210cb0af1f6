/// Cuts a range of elements into runs that share one weight, the product of a term's factors.
struct FactorRuns {
  private let factors: [TensorRecipe.Factor]
  private let shape: TensorShape
  private let strides: [Int]
  /// Elements from one change of weight to the next.
  private let runLength: Int

  init(_ factors: [TensorRecipe.Factor], shape: TensorShape, strides: [Int]) {
    self.factors = factors
    self.shape = shape
    self.strides = strides
    let last = factors.flatMap(\.index.axes).max()
    runLength = last.map { strides[$0] } ?? max(1, shape.elementCount)
  }

  /// Calls `run` for each long run, or `each` with one weight for every element of a stretch where
  /// runs are short.
  func forEach(
    in range: Range<Int>, run: (_ start: Int, _ count: Int, _ weight: Double) -> Void,
    each: (_ start: Int, _ weights: [Double]) -> Void
  ) {
    guard runLength < 16, !factors.isEmpty else {
      var start = range.lowerBound
      while start < range.upperBound {
        let end = min((start / runLength + 1) * runLength, range.upperBound)
        run(start, end - start, weight(at: start))
        start = end
      }
      return
    }
    var weights: [Double] = []
    var start = range.lowerBound
    while start < range.upperBound {
      let stretch = min(start + 4096, range.upperBound)
      weights.removeAll(keepingCapacity: true)
      var element = start
      while element < stretch {
        let end = min((element / runLength + 1) * runLength, stretch)
        let weight = weight(at: element)
        for _ in element..<end { weights.append(weight) }
        element = end
      }
      each(start, weights)
      start = stretch
    }
  }

  private func coordinate(_ element: Int, _ axis: Int) -> Int {
    axis < 0 ? 0 : element / strides[axis] % shape.dimensions[axis]
  }

  private func weight(at element: Int) -> Double {
    var product = 1.0
    for factor in factors {
      var channel = coordinate(element, factor.index.memberAxis)
      if let group = factor.index.group {
        channel += coordinate(element, group.axis) / group.size * group.channels
      }
      product *= factor.values[channel]
    }
    return product
  }
}
