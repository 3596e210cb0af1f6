import ModelIR

/// An array of Doubles for the reference of these tests.
struct Reference: Equatable {
  var shape: [Int]
  var values: [Double]

  init(_ shape: [Int], _ values: [Double]) {
    self.shape = shape
    self.values = values
  }

  init(_ shape: [Int], _ value: (Int) -> Double) {
    self.init(shape, (0..<shape.reduce(1, *)).map(value))
  }

  var strides: [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  func coordinates(_ element: Int) -> [Int] {
    zip(shape, strides).map { element / $1 % $0 }
  }

  subscript(_ coordinates: [Int]) -> Double {
    zip(coordinates, strides).reduce(0) { $0 + $1.0 * $1.1 }.asIndex(in: values)
  }

  /// The element that lies under `coordinates` of a result of higher rank by broadcasting.
  func broadcast(at coordinates: [Int]) -> Double {
    let lead = coordinates.count - shape.count
    return self[shape.indices.map { shape[$0] == 1 ? 0 : coordinates[lead + $0] }]
  }

  /// Elementwise with right-aligned broadcasting.
  func combined(_ other: Reference, _ body: (Double, Double) -> Double) -> Reference {
    let rank = max(shape.count, other.shape.count)
    func extent(_ shape: [Int], _ axis: Int) -> Int {
      axis < rank - shape.count ? 1 : shape[axis - (rank - shape.count)]
    }
    let result = (0..<rank).map { max(extent(shape, $0), extent(other.shape, $0)) }
    let grid = Reference(result, { _ in 0 })
    return Reference(result) {
      let place = grid.coordinates($0)
      return body(broadcast(at: place), other.broadcast(at: place))
    }
  }

  func map(_ body: (Double) -> Double) -> Reference { Reference(shape, values.map(body)) }

  /// max |a − b| relative to max |b|; infinity where shapes differ or only one is finite.
  func distance(to other: Reference) -> Double {
    guard shape == other.shape else { return .infinity }
    var scale = 0.0
    var worst = 0.0
    for (a, b) in zip(values, other.values) {
      guard a.isFinite == b.isFinite else { return .infinity }
      guard a.isFinite else { continue }
      scale = max(scale, abs(b))
      worst = max(worst, abs(a - b))
    }
    return worst == 0 ? 0 : worst / max(scale, .leastNormalMagnitude)
  }
}

extension Int {
  fileprivate func asIndex(in values: [Double]) -> Double { values[self] }
}
