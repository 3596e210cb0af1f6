internal import ModelIR

/// MaxPool, AveragePool and LpPool (onnx, Operators.md, versions 1 to 22).
///
/// Input [N, C, spatial…], 1 to 3 spatial axes; result [N, C, output…]. What a window holds of the
/// pads counts as nothing, but for AveragePool with count_include_pad, which counts zeros as far as
/// the pads reach (not those that ceil_mode adds).
enum PoolKernels {
  static let table: [KernelEntry] = [
    KernelEntry("MaxPool") { context in
      if context.node.output(1) != nil { return try MaxPoolIndices.run(context) }
      return try context.input(0).elements.apply(Maximum(context: context))
    },
    KernelEntry("AveragePool") {
      try $0.inDouble ? average($0, Double.self) : average($0, Float.self)
    },
    KernelEntry("LpPool") {
      try $0.inDouble ? power($0, Double.self) : power($0, Float.self)
    },
  ]

  /// The windows of a pool and its result's shape.
  struct Form {
    let geometry: WindowGeometry
    let window: WindowGeometry.Volume
    let shape: [Int]
    let planes: Int
    let count: Int

    init(_ context: KernelContext) throws {
      let x = try context.input(0).shape
      guard x.count >= 3, let kernel = try context.ints("kernel_shape") else {
        throw EvaluationError.Problem.badInput("input \(x) or kernel_shape")
      }
      geometry = try WindowGeometry(
        context, input: Array(x[2...]), kernel: kernel, ceilMode: context.flag("ceil_mode"))
      window = try geometry.inThreeAxes()
      planes = x[0] * x[1]
      shape = [x[0], x[1]] + geometry.output
      count = try context.count(of: shape)
    }
  }

  private struct Maximum: ElementOperation {
    let context: KernelContext

    func callAsFunction<E: KernelElement>(_ elements: [E]) throws -> [RuntimeTensor?] {
      let form = try Form(context)
      return try context.result(
        form.shape,
        PoolRows.reduce(
          elements, form.window, planes: form.planes, count: form.count,
          threads: context.threads, PoolMaximum(initial: E.lowest)))
    }
  }

  private static func average<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let form = try Form(context)
    var result = PoolRows.reduce(
      try context.floats(0, as: E.self), form.window, planes: form.planes, count: form.count,
      threads: context.threads, PoolSum<E>())
    guard form.count > 0 else { return try context.result(form.shape, result) }
    let counts = windowCounts(
      form.geometry, includesPads: try context.flag("count_include_pad")
    ).map { E($0) }
    for index in result.indices { result[index] /= counts[index % counts.count] }
    return try context.result(form.shape, result)
  }

  /// How many elements each window of a plane counts.
  private static func windowCounts(_ geometry: WindowGeometry, includesPads: Bool) -> [Int] {
    var counts = [1]
    for axis in geometry.input.indices {
      let low = includesPads ? -geometry.padsBegin[axis] : 0
      let high = geometry.input[axis] + (includesPads ? geometry.padsEnd[axis] : 0)
      let along = (0..<geometry.output[axis]).map { place in
        (0..<geometry.kernel[axis]).count { tap in
          let position =
            place * geometry.strides[axis] + tap * geometry.dilations[axis]
            - geometry.padsBegin[axis]
          return position >= low && position < high
        }
      }
      counts = counts.flatMap { outer in along.map { outer * $0 } }
    }
    return counts
  }

  private static func power<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let form = try Form(context)
    let p = try context.float("p", default: 2)
    var result = PoolRows.reduce(
      try context.floats(0, as: E.self), form.window, planes: form.planes, count: form.count,
      threads: context.threads, PoolPower<E>(exponent: E(p)))
    for index in result.indices { result[index] = E.pow(result[index], E(1 / p)) }
    return try context.result(form.shape, result)
  }
}
