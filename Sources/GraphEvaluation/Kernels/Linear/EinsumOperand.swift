/// An input of Einsum, or what some inputs were combined to: elements whose axes have labels.
struct EinsumOperand<E: KernelElement> {
  let elements: [E]
  let shape: [Int]
  let labels: [Int]

  private init(_ elements: [E], shape: [Int], labels: [Int]) {
    self.elements = elements
    self.shape = shape
    self.labels = labels
  }

  /// An input; of a label that occurs twice the diagonal is taken.
  init(_ elements: [E], _ shape: [Int], _ labels: [Int]) throws {
    var (unique, extents, strides) = ([Int](), [Int](), [Int]())
    var distance = 1
    for axis in shape.indices.reversed() {
      if let known = unique.firstIndex(of: labels[axis]) {
        guard extents[known] == shape[axis] else {
          throw EvaluationError.Problem.badInput("a diagonal of shape \(shape)")
        }
        strides[known] += distance
      } else {
        unique.insert(labels[axis], at: 0)
        extents.insert(shape[axis], at: 0)
        strides.insert(distance, at: 0)
      }
      distance *= shape[axis]
    }
    if unique.count == labels.count {
      self.init(elements, shape: shape, labels: labels)
    } else {
      self.init(
        Self.gathered(elements, extents, strides), shape: extents, labels: unique)
    }
  }

  /// Elements at all index tuples, row-major, with given distances along each axis.
  private static func gathered(_ elements: [E], _ extents: [Int], _ strides: [Int]) -> [E] {
    let count = extents.reduce(1, *)
    var result: [E] = []
    result.reserveCapacity(count)
    var index = [Int](repeating: 0, count: extents.count)
    var place = 0
    for _ in 0..<count {
      result.append(elements[place])
      for axis in extents.indices.reversed() {
        index[axis] += 1
        place += strides[axis]
        if index[axis] < extents[axis] { break }
        place -= strides[axis] * extents[axis]
        index[axis] = 0
      }
    }
    return result
  }

  private var strides: [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  /// The same with its axes in another order; labels it lacks become axes of extent 1.
  func transposed(to order: [Int]) -> EinsumOperand {
    guard order != labels else { return self }
    let strides = strides
    let places = order.map { labels.firstIndex(of: $0) }
    let extents = places.map { $0.map { shape[$0] } ?? 1 }
    return EinsumOperand(
      Self.gathered(elements, extents, places.map { $0.map { strides[$0] } ?? 0 }),
      shape: extents, labels: order)
  }

  /// Sums over all labels but some.
  func summed(keeping: Set<Int>) -> EinsumOperand {
    let kept = labels.filter(keeping.contains)
    guard kept.count < labels.count else { return self }
    let ordered = transposed(to: kept + labels.filter { !keeping.contains($0) })
    let extents = Array(ordered.shape[..<kept.count])
    let count = extents.reduce(1, *)
    let length = ordered.shape[kept.count...].reduce(1, *)
    let sums = (0..<count).map { row in
      ordered.elements[(row * length)..<((row + 1) * length)].reduce(0, Self.add)
    }
    return EinsumOperand(sums, shape: extents, labels: kept)
  }

  /// The sum over all labels that are not kept of the products of two operands' elements.
  func combined(
    with other: EinsumOperand, keeping: Set<Int>, _ context: KernelContext
  ) throws -> EinsumOperand {
    let left = summed(keeping: keeping.union(other.labels))
    let right = other.summed(keeping: keeping.union(left.labels))
    let shared = left.labels.filter(right.labels.contains)
    // Labels of an ellipsis may have extent 1 on one side: they stay in the batch and broadcast.
    let batch = shared.filter { keeping.contains($0) || left.extent($0) != right.extent($0) }
    let inner = shared.filter { !batch.contains($0) }
    let rows = left.labels.filter { !shared.contains($0) }
    let columns = right.labels.filter { !shared.contains($0) }
    let a = left.transposed(to: batch + rows + inner)
    let b = right.transposed(to: batch + inner + columns)
    func size(_ operand: EinsumOperand, _ list: [Int]) -> Int {
      list.reduce(1) { $0 * operand.extent($1) }
    }
    for label in inner where a.extent(label) != b.extent(label) {
      throw EvaluationError.Problem.badInput("extents \(a.extent(label)), \(b.extent(label))")
    }
    let plan = try MatMulPlan(
      batch.map(a.extent) + [size(a, rows), size(a, inner)],
      batch.map(b.extent) + [size(b, inner), size(b, columns)])
    let count = try context.count(of: plan.shape)
    let extents = batch.indices.map { plan.shape[$0] } + rows.map(a.extent) + columns.map(b.extent)
    return EinsumOperand(
      try Self.multiply(plan, a.elements, b.elements, count, context.threads),
      shape: extents, labels: batch + rows + columns
    ).summed(keeping: keeping)
  }

  private func extent(_ label: Int) -> Int { labels.firstIndex(of: label).map { shape[$0] } ?? 1 }

  private static func add(_ a: E, _ b: E) -> E {
    if let a = a as? Int64, let b = b as? Int64, let sum = a &+ b as? E { return sum }
    return a + b
  }

  private static func multiply(
    _ plan: MatMulPlan, _ a: [E], _ b: [E], _ count: Int, _ threads: Int
  ) throws -> [E] {
    switch (E.wrap(a), E.wrap(b)) {
    case (.float(let a), .float(let b)):
      return E.elements(of: .float(try BatchedProduct.run(plan, a, b, count, threads))) ?? []
    case (.double(let a), .double(let b)):
      return E.elements(of: .double(try BatchedProduct.run(plan, a, b, count, threads))) ?? []
    case (.integer(let a), .integer(let b)):
      return E.elements(of: .integer(BatchedProduct.run(plan, a, b))) ?? []
    default: throw EvaluationError.Problem.unsupported("inputs of different types")
    }
  }
}
