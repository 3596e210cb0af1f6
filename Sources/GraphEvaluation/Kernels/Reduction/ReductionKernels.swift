internal import ModelIR

/// Reductions over axes, sums in Double.
///
/// Source: ONNX operators Reduce*-1…20, ArgMax-1…13, ArgMin-1…13.
enum ReductionKernels {
  static let table: [KernelEntry] = [
    KernelEntry("ReduceSum") { try reduce($0, Sum()) },
    KernelEntry("ReduceMean") { try reduce($0, Average()) },
    KernelEntry("ReduceProd") { try reduce($0, Product()) },
    KernelEntry("ReduceMax") { try reduce($0, Largest()) },
    KernelEntry("ReduceMin") { try reduce($0, Smallest()) },
    KernelEntry("ReduceL1") { try reduce($0, SumOfMagnitudes()) },
    KernelEntry("ReduceL2") { try reduce($0, Norm()) },
    KernelEntry("ReduceSumSquare") { try reduce($0, SumOfSquares()) },
    KernelEntry("ReduceLogSum") { try reduce($0, LogOfSum()) },
    KernelEntry("ReduceLogSumExp") { try reduce($0, LogOfSumOfExponentials()) },
    KernelEntry("ArgMax") { try position($0, largest: true) },
    KernelEntry("ArgMin") { try position($0, largest: false) },
  ]

  /// Which elements of the source meet in each element of the result.
  struct Plan {
    var shape: [Int]
    /// Where each result's elements begin in the source.
    var outer: [Int]
    /// Where its elements lie from there.
    var inner: [Int]

    init(_ x: RuntimeTensor, over axes: [Int], keeping: Bool) {
      let strides = x.strides
      shape = x.shape.indices.compactMap { axis in
        axes.contains(axis) ? (keeping ? 1 : nil) : x.shape[axis]
      }
      outer = [0]
      inner = [0]
      for axis in x.shape.indices {
        let steps = (0..<x.shape[axis]).map { $0 * strides[axis] }
        if axes.contains(axis) {
          inner = inner.flatMap { base in steps.map { base + $0 } }
        } else {
          outer = outer.flatMap { base in steps.map { base + $0 } }
        }
      }
    }
  }

  private static func reduce<R: Reduction>(
    _ context: KernelContext, _ reduction: R
  ) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let keeping = try context.flag("keepdims", default: true)
    let given = try context.integerList(attribute: "axes", input: 1) ?? []
    if given.isEmpty, try context.flag("noop_with_empty_axes") {
      return try each(context, x, reduction)
    }
    let axes = given.isEmpty ? Array(x.shape.indices) : try Axes.normalize(given, rank: x.rank)
    let plan = Plan(x, over: axes, keeping: keeping)
    switch x.elements {
    case .integer(let elements):
      let values = plan.outer.map { reduction.integers(elements, $0, plan.inner) }
      return try context.result(plan.shape, values)
    case .float(let elements):
      let values = plan.outer.map { Float(reduction.floats(elements, $0, plan.inner)) }
      return try context.result(plan.shape, values)
    case .double(let elements):
      let values = plan.outer.map { reduction.floats(elements, $0, plan.inner) }
      return try context.result(plan.shape, values)
    }
  }

  /// No axes and nothing to do: each element is reduced on its own.
  private static func each<R: Reduction>(
    _ context: KernelContext, _ x: RuntimeTensor, _ reduction: R
  ) throws -> [RuntimeTensor?] {
    switch x.elements {
    case .integer(let elements):
      let values = elements.indices.map { reduction.integers(elements, $0, [0]) }
      return try context.result(x.shape, values)
    case .float(let elements):
      let values = elements.indices.map { Float(reduction.floats(elements, $0, [0])) }
      return try context.result(x.shape, values)
    case .double(let elements):
      let values = elements.indices.map { reduction.floats(elements, $0, [0]) }
      return try context.result(x.shape, values)
    }
  }

  private static func position(
    _ context: KernelContext, largest: Bool
  ) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let axis = try Axes.normalize(try context.int("axis", default: 0), rank: x.rank)
    let keeping = try context.flag("keepdims", default: true)
    let last = try context.flag("select_last_index")
    let plan = Plan(x, over: [axis], keeping: keeping)
    guard !plan.inner.isEmpty else {
      throw EvaluationError.Problem.badInput("the largest of nothing")
    }
    func positions<E: Comparable>(_ elements: [E]) -> [Int64] {
      plan.outer.map { start in
        var best = 0
        for index in plan.inner.indices.dropFirst() {
          let (candidate, current) = (
            elements[start + plan.inner[index]], elements[start + plan.inner[best]]
          )
          if largest ? candidate > current : candidate < current { best = index }
          if last, candidate == current { best = index }
        }
        return Int64(best)
      }
    }
    let found =
      switch x.elements {
      case .float(let elements): positions(elements)
      case .double(let elements): positions(elements)
      case .integer(let elements):
        x.dataType == .uint64
          ? positions(elements.map { UInt64(bitPattern: $0) }) : positions(elements)
      }
    return try context.result(plan.shape, found, .int64)
  }
}
