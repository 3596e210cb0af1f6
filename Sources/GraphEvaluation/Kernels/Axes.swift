/// Axes as the standard counts them: negative ones from the end.
enum Axes {
  /// The axis in 0..<rank, or an error.
  static func normalize(_ axis: Int, rank: Int) throws -> Int {
    guard axis >= -rank, axis < rank else {
      throw EvaluationError.Problem.badInput("axis \(axis) of a tensor of rank \(rank)")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// The axes in 0..<rank, in the order given; an error where one comes twice.
  static func normalize(_ axes: [Int], rank: Int) throws -> [Int] {
    let normalized = try axes.map { try normalize($0, rank: rank) }
    guard Set(normalized).count == normalized.count else {
      throw EvaluationError.Problem.badInput("axes \(axes) name an axis twice")
    }
    return normalized
  }

  /// Products of the extents before, at and behind an axis.
  static func split(_ shape: [Int], at axis: Int) -> (outer: Int, extent: Int, inner: Int) {
    (
      shape[..<axis].reduce(1, *), axis < shape.count ? shape[axis] : 1,
      axis < shape.count ? shape[(axis + 1)...].reduce(1, *) : 1
    )
  }
}
