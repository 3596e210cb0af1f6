internal import ModelIR

/// Operators that write elements at computed places.
///
/// Source: ONNX operators Scatter-9/11, ScatterElements-11…18, ScatterND-11…18, TensorScatter-24.
enum ScatterKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Scatter") { try scatterElements($0) },
    KernelEntry("ScatterElements") { try scatterElements($0) },
    KernelEntry("ScatterND") { try scatterND($0) },
    KernelEntry("TensorScatter") { try tensorScatter($0) },
  ]

  /// What becomes of an element that is written to.
  enum Combination: String {
    case none
    case add
    case mul
    case max
    case min

    func callAsFunction<E: KernelElement>(_ old: E, _ new: E) -> E {
      switch self {
      case .none: new
      case .add: Self.wrappingSum(old, new)
      case .mul: Self.wrappingProduct(old, new)
      case .max: new > old ? new : old
      case .min: new < old ? new : old
      }
    }

    private static func wrappingSum<E: KernelElement>(_ a: E, _ b: E) -> E {
      if let x = a as? Int64, let y = b as? Int64, let sum = (x &+ y) as? E { return sum }
      return a + b
    }

    private static func wrappingProduct<E: KernelElement>(_ a: E, _ b: E) -> E {
      if let x = a as? Int64, let y = b as? Int64, let product = (x &* y) as? E { return product }
      return a * b
    }
  }

  private static func combination(_ context: KernelContext) throws -> Combination {
    let name = try context.text("reduction", default: "none")
    guard let combination = Combination(rawValue: name) else {
      throw EvaluationError.Problem.badInput("reduction \"\(name)\"")
    }
    return combination
  }

  private static func scatterElements(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let (data, indices, updates) = (
      try context.input(0), try context.input(1), try context.input(2)
    )
    let axis = try Axes.normalize(try context.int("axis", default: 0), rank: data.rank)
    guard updates.shape == indices.shape else {
      throw EvaluationError.Problem.badInput(
        "updates of shape \(updates.shape) for indices of shape \(indices.shape)")
    }
    let places = try ElementPlaces(indices, axis: axis, in: data)
    return [try write(updates, to: data, at: places.offsets, 1, combination(context))]
  }

  private static func scatterND(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let (data, updates) = (try context.input(0), try context.input(2))
    let places = try TuplePlaces(try context.input(1), in: data)
    guard updates.shape == places.resultShape else {
      throw EvaluationError.Problem.badInput(
        "updates of shape \(updates.shape) instead of \(places.resultShape)")
    }
    return [
      try write(updates, to: data, at: places.offsets, places.length, combination(context))
    ]
  }

  /// A cache [batch, …] that gets the updates from `write_indices` on along one axis.
  private static func tensorScatter(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let (cache, updates) = (try context.input(0), try context.input(1))
    let axis = try Axes.normalize(try context.int("axis", default: -2), rank: cache.rank)
    let circular = try context.text("mode", default: "linear") == "circular"
    let starts = context.optionalInput(2)?.integers
    guard axis > 0, updates.rank == cache.rank, starts.map({ $0.count == cache.shape[0] }) ?? true,
      cache.shape.indices.allSatisfy({ $0 == axis || updates.shape[$0] == cache.shape[$0] })
    else {
      throw EvaluationError.Problem.badInput(
        "updates of shape \(updates.shape) for a cache of shape \(cache.shape)")
    }
    let (strides, own) = (cache.strides, updates.strides)
    let offsets = try (0..<updates.count).map { element in
      var offset = 0
      let batch = element / own[0]
      for place in cache.shape.indices {
        var coordinate = element / own[place] % updates.shape[place]
        if place == axis {
          let start = starts.map { $0[batch] } ?? 0
          let target = start &+ Int64(coordinate)
          coordinate = try GatherKernels.place(
            circular && cache.shape[axis] > 0 ? target % Int64(cache.shape[axis]) : target,
            in: cache.shape[axis])
        }
        offset += coordinate * strides[place]
      }
      return offset
    }
    return [try write(updates, to: cache, at: offsets, 1, .none)]
  }

  /// Slices of `length` elements of `updates` written at offsets of `data`, one after the other.
  private static func write(
    _ updates: RuntimeTensor, to data: RuntimeTensor, at offsets: [Int], _ length: Int,
    _ combine: Combination
  ) throws -> RuntimeTensor {
    func written<E: KernelElement>(_ data: [E], _ updates: [E]) -> RuntimeElements {
      var result = data
      for (slice, offset) in offsets.enumerated() {
        for index in 0..<length {
          let place = offset + index
          result[place] = combine(result[place], updates[slice * length + index])
        }
      }
      return E.wrap(result)
    }
    let elements: RuntimeElements
    switch (data.elements, updates.elements) {
    case (.integer(let a), .integer(let b)): elements = written(a, b)
    case (.float(let a), .float(let b)): elements = written(a, b)
    case (.double(let a), .double(let b)): elements = written(a, b)
    default: throw EvaluationError.Problem.badInput("updates of another type than the data")
    }
    return RuntimeTensor(dataType: data.dataType, shape: data.shape, elements: elements)
  }
}
