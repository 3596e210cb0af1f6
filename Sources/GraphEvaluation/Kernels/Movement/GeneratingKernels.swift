internal import ModelIR

/// Operators that make values from shapes and a few numbers.
///
/// Source: ONNX operators ConstantOfShape-9…24, Range-11, EyeLike-9…22, Trilu-14, OneHot-9/11.
enum GeneratingKernels {
  static let table: [KernelEntry] = [
    KernelEntry("ConstantOfShape") { try constantOfShape($0) },
    KernelEntry("Range") { try range($0) },
    KernelEntry("EyeLike") { try eyeLike($0) },
    KernelEntry("Trilu") { try triangle($0) },
    KernelEntry("OneHot") { try oneHot($0) },
  ]

  private static func constantOfShape(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let shape = try context.integers(0).map { Int($0) }
    let count = try context.count(of: shape)
    let value =
      try context.tensor("value")
      ?? RuntimeTensor(
        dataType: .float32, shape: [1],
        elements: context.precision == .double ? .double([0]) : .float([0]))
    guard value.count == 1 else {
      throw EvaluationError.Problem.badInput("a fill of \(value.count) elements")
    }
    let elements: RuntimeElements =
      switch value.elements {
      case .float(let fill): .float([Float](repeating: fill[0], count: count))
      case .double(let fill): .double([Double](repeating: fill[0], count: count))
      case .integer(let fill): .integer([Int64](repeating: fill[0], count: count))
      }
    return [RuntimeTensor(dataType: value.dataType, shape: shape, elements: elements)]
  }

  private static func range(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let (start, limit, delta) = (try context.input(0), try context.input(1), try context.input(2))
    guard start.count == 1, limit.count == 1, delta.count == 1 else {
      throw EvaluationError.Problem.badInput("Range of lists")
    }
    let (from, to, by) = (start.doubles()[0], limit.doubles()[0], delta.doubles()[0])
    let length = ((to - from) / by).rounded(.up)
    guard by != 0, length.isFinite else {
      throw EvaluationError.Problem.badInput("Range from \(from) to \(to) by \(by)")
    }
    let count = try context.count(of: [Int(Int64(clamping: max(0, length)))])
    switch (start.elements, delta.elements) {
    case (.integer(let first), .integer(let step)):
      let numbers = (0..<count).map { first[0] &+ Int64($0) &* step[0] }
      return try context.result([count], numbers)
    case (.float(let first), .float(let step)):
      return try context.result([count], (0..<count).map { first[0] + Float($0) * step[0] })
    default:
      return try context.result([count], (0..<count).map { from + Double($0) * by })
    }
  }

  private static func eyeLike(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let like = try context.input(0)
    guard like.rank == 2 else { throw EvaluationError.Problem.badInput("EyeLike of \(like.shape)") }
    let type =
      try context.int("dtype").flatMap { Int32(exactly: $0) }
      .flatMap { DataType(rawValue: $0) } ?? like.dataType
    let diagonal = try context.int("k", default: 0)
    let columns = like.shape[1]
    let ones = (0..<like.count).map { index -> Int64 in
      index % columns - index / columns == diagonal ? 1 : 0
    }
    let whole = RuntimeTensor(ones, shape: like.shape)
    return [try CastKernels.cast(whole, to: type, saturating: true, context.precision)]
  }

  /// The upper (or lower) triangle of the last two axes; zeros elsewhere.
  private static func triangle(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    guard x.rank >= 2 else { throw EvaluationError.Problem.badInput("Trilu of \(x.shape)") }
    let upper = try context.flag("upper", default: true)
    let k = Int(context.optionalInput(1)?.integers?.first ?? 0)
    let (rows, columns) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    func kept<E: KernelElement>(_ elements: [E]) -> RuntimeElements {
      var result = elements
      for index in result.indices {
        let (row, column) = (index / columns % rows, index % columns)
        let outside = upper ? column - row < k : column - row > k
        if outside { result[index] = 0 }
      }
      return E.wrap(result)
    }
    let elements =
      switch x.elements {
      case .float(let e): kept(e)
      case .double(let e): kept(e)
      case .integer(let e): kept(e)
      }
    return [RuntimeTensor(dataType: x.dataType, shape: x.shape, elements: elements)]
  }

  private static func oneHot(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let (indices, depth, values) = (
      try context.input(0), try context.input(1), try context.input(2)
    )
    guard depth.count == 1, values.count == 2, let d = Int(exactly: depth.doubles()[0]), d >= 0
    else { throw EvaluationError.Problem.badInput("OneHot's depth or values") }
    let axis = try Axes.normalize(try context.int("axis", default: -1), rank: indices.rank + 1)
    var shape = indices.shape
    shape.insert(d, at: axis)
    let count = try context.count(of: shape)
    let positions = indices.doubles().map { value -> Int in
      let index = Int(Int64(clamping: value))
      return index < 0 ? index + d : index
    }
    let inner = shape[(axis + 1)...].reduce(1, *)
    func spread<E: KernelElement>(_ values: [E]) -> RuntimeElements {
      var result = [E](repeating: values[0], count: count)
      for (position, index) in positions.enumerated() where index >= 0 && index < d {
        result[(position / inner * d + index) * inner + position % inner] = values[1]
      }
      return E.wrap(result)
    }
    let elements =
      switch values.elements {
      case .float(let e): spread(e)
      case .double(let e): spread(e)
      case .integer(let e): spread(e)
      }
    return [RuntimeTensor(dataType: values.dataType, shape: shape, elements: elements)]
  }
}
