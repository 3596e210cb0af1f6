import ModelIR

extension ReferenceOperators {
  /// Operators that move data; nil for others.
  func moved(_ x: Reference) -> [Reference]? {
    switch node.opType {
    case "Transpose": [transposed(x, ints("perm") ?? Array(x.shape.indices.reversed()))]
    case "Reshape": [Reference(target(x), x.values)]
    default: nil
    }
  }

  func transposed(_ x: Reference, _ perm: [Int]) -> Reference {
    let shape = perm.map { x.shape[$0] }
    let grid = Reference(shape, { _ in 0 })
    return Reference(shape) {
      let at = grid.coordinates($0)
      var source = at
      for (position, axis) in perm.enumerated() { source[axis] = at[position] }
      return x[source]
    }
  }

  private func target(_ x: Reference) -> [Int] {
    var shape = second.values.map { Int($0) }
    for axis in shape.indices where shape[axis] == 0 { shape[axis] = x.shape[axis] }
    if let open = shape.firstIndex(of: -1) {
      shape[open] = 1
      shape[open] = x.values.count / shape.reduce(1, *)
    }
    return shape
  }
}
