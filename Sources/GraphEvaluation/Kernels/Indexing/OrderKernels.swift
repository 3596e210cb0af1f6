internal import ModelIR

/// Operators that search and order: TopK, NonZero, Unique, CumSum.
///
/// Source: ONNX operators TopK-1…24, NonZero-9/13, Unique-11, CumSum-11/14.
enum OrderKernels {
  static let table: [KernelEntry] = [
    KernelEntry("TopK") { try topK($0) },
    KernelEntry("NonZero") { try nonZero($0) },
    KernelEntry("CumSum") { try cumulate($0) },
    KernelEntry("Unique") { try unique($0) },
  ]

  /// Ties go to the lower index; NaN counts as the largest.
  private static func topK(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let axis = try Axes.normalize(try context.int("axis", default: -1), rank: x.rank)
    let given =
      try context.opset < 10 ? context.int("k", default: 0) : Int(context.integers(1).first ?? 0)
    let largest = try context.flag("largest", default: true)
    let (outer, extent, inner) = Axes.split(x.shape, at: axis)
    guard given >= 0, given <= extent else {
      throw EvaluationError.Problem.badInput("the first \(given) of \(extent)")
    }
    var offsets: [Int] = []
    offsets.reserveCapacity(outer * inner * given)
    func order<E: Comparable>(_ elements: [E]) {
      var chosen = [Int](repeating: 0, count: outer * given * inner)
      for row in 0..<outer {
        for column in 0..<inner {
          let start = row * extent * inner + column
          let sorted = (0..<extent).sorted { a, b in
            let (p, q) = (elements[start + a * inner], elements[start + b * inner])
            if p == q || (p != p && q != q) { return a < b }
            if p != p || q != q { return (p != p) == largest }
            return largest ? p > q : p < q
          }
          for rank in 0..<given {
            chosen[(row * given + rank) * inner + column] = start + sorted[rank] * inner
          }
        }
      }
      offsets = chosen
    }
    switch x.elements {
    case .float(let elements): order(elements)
    case .double(let elements): order(elements)
    case .integer(let elements):
      if x.dataType == .uint64 {
        order(elements.map { UInt64(bitPattern: $0) })
      } else {
        order(elements)
      }
    }
    var shape = x.shape
    shape[axis] = given
    let places = offsets.map { Int64($0 / max(1, inner) % max(1, extent)) }
    return [
      try context.pick(x, shape: shape, offsets), RuntimeTensor(places, shape: shape),
    ]
  }

  /// Coordinates of the elements that are not zero: [rank, count].
  private static func nonZero(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let found = x.doubles().enumerated().filter { $0.element != 0 }.map(\.offset)
    let strides = x.strides
    let coordinates = x.shape.indices.flatMap { axis in
      found.map { Int64($0 / strides[axis] % x.shape[axis]) }
    }
    return [RuntimeTensor(coordinates, shape: [x.rank, found.count])]
  }

  private static func cumulate(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    guard let given = try context.integers(1).first else {
      throw EvaluationError.Problem.badInput("CumSum has no axis")
    }
    let axis = try Axes.normalize(Int(given), rank: x.rank)
    let (exclusive, reverse) = (try context.flag("exclusive"), try context.flag("reverse"))
    let (outer, extent, inner) = Axes.split(x.shape, at: axis)
    func sums<E: KernelElement>(_ elements: [E], _ add: (E, E) -> E) -> RuntimeElements {
      var result = elements
      for row in 0..<outer {
        for column in 0..<inner {
          var total: E = 0
          for step in 0..<extent {
            let index = (row * extent + (reverse ? extent - 1 - step : step)) * inner + column
            let next = add(total, elements[index])
            result[index] = exclusive ? total : next
            total = next
          }
        }
      }
      return E.wrap(result)
    }
    let elements =
      switch x.elements {
      case .float(let elements): sums(elements, +)
      case .double(let elements): sums(elements, +)
      case .integer(let elements): sums(elements, &+)
      }
    return [RuntimeTensor(dataType: x.dataType, shape: x.shape, elements: elements)]
  }

  /// Values (or slices along an axis) without repetition, with first places, the way back, counts.
  private static func unique(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let sorted = try context.flag("sorted", default: true)
    let axis = try context.int("axis").map { try Axes.normalize($0, rank: x.rank) }
    let (outer, extent, inner) = axis.map { Axes.split(x.shape, at: $0) } ?? (1, x.count, 1)
    let numbers = x.doubles()
    // One slice for each index of the axis, in the order its elements are compared.
    let slices = (0..<extent).map { index in
      (0..<outer).flatMap { row in
        (0..<inner).map { numbers[(row * extent + index) * inner + $0] }
      }
    }
    var order = Array(0..<extent)
    order.sort {
      slices[$0] == slices[$1] ? $0 < $1 : slices[$0].lexicographicallyPrecedes(slices[$1])
    }
    var groups: [[Int]] = []
    for index in order {
      if let last = groups.last?.first, slices[last] == slices[index] {
        groups[groups.count - 1].append(index)
      } else {
        groups.append([index])
      }
    }
    if !sorted { groups.sort { $0[0] < $1[0] } }
    var inverse = [Int64](repeating: 0, count: extent)
    for (position, group) in groups.enumerated() {
      for index in group { inverse[index] = Int64(position) }
    }
    var shape = axis == nil ? [extent] : x.shape
    shape[axis ?? 0] = groups.count
    let offsets = (0..<outer).flatMap { row in
      groups.flatMap { group in (0..<inner).map { (row * extent + group[0]) * inner + $0 } }
    }
    let count = groups.count
    return [
      try context.pick(x, shape: shape, offsets),
      RuntimeTensor(groups.map { Int64($0[0]) }, shape: [count]),
      RuntimeTensor(inverse, shape: [extent]),
      RuntimeTensor(groups.map { Int64($0.count) }, shape: [count]),
    ]
  }
}
