internal import ModelIR

/// Resize and Upsample, one axis after the other.
///
/// Source: ONNX operators Resize-10…19, Upsample-7…10.
enum ResizeKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Resize") { try resize($0) },
    KernelEntry("Upsample") { try upsample($0) },
  ]

  private static func resize(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let old = context.opset < 11
    guard
      let mode = Resampling.Mode(rawValue: try context.text("mode", default: "nearest"))
    else { throw EvaluationError.Problem.badInput("this mode of Resize") }
    let rules = Resampling(
      mode: mode,
      coordinates: try old
        ? "asymmetric" : context.text("coordinate_transformation_mode", default: "half_pixel"),
      nearestMode: try old
        ? "floor" : context.text("nearest_mode", default: "round_prefer_floor"),
      cubicCoefficient: try context.float("cubic_coeff_a", default: -0.75),
      excludesOutside: try context.flag("exclude_outside"),
      antialiases: try context.flag("antialias"))
    let axes = try Axes.normalize(
      try context.ints("axes") ?? Array(x.shape.indices), rank: x.rank)
    let scalesInput = old ? 1 : 2
    let scales = context.optionalInput(scalesInput).map { $0.doubles() } ?? []
    let sizes = try context.optionalInput(3) == nil ? [] : context.integers(3).map { Int($0) }
    let region = context.optionalInput(old ? .max : 1).map { $0.doubles() } ?? []
    let plan = try targets(context, x, axes, scales: scales, sizes: sizes)
    _ = try context.count(of: plan.map(\.size))
    var resampled = x.shape.map { ResampledAxis.identity($0) }
    for (position, axis) in axes.enumerated() {
      let part =
        region.count == 2 * axes.count
        ? (region[position], region[position + axes.count]) : (0.0, 1.0)
      resampled[axis] = try rules.axis(
        input: x.shape[axis], output: plan[position].size, scale: plan[position].scale,
        region: part)
    }
    let fill = try context.float("extrapolation_value", default: 0)
    return [try apply(context, x, resampled, fill: fill)]
  }

  /// Extents and exact scales of the resized axes.
  private static func targets(
    _ context: KernelContext, _ x: RuntimeTensor, _ axes: [Int], scales: [Double], sizes: [Int]
  ) throws -> [(size: Int, scale: Double)] {
    if !scales.isEmpty {
      guard scales.count == axes.count, scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw EvaluationError.Problem.badInput("scales \(scales) for \(axes.count) axes")
      }
      return zip(axes, scales).map {
        (Int(Int64(clamping: (Double(x.shape[$0]) * $1).rounded(.down))), $1)
      }
    }
    guard sizes.count == axes.count, sizes.allSatisfy({ $0 >= 0 }) else {
      throw EvaluationError.Problem.badInput("sizes \(sizes) for \(axes.count) axes")
    }
    let ratios = zip(axes, sizes).map { Double($1) / Double(max(1, x.shape[$0])) }
    switch try context.text("keep_aspect_ratio_policy", default: "stretch") {
    case "stretch": return Array(zip(sizes, ratios)).map { ($0, $1) }
    case "not_larger": return kept(x, axes, ratios.min() ?? 1)
    case "not_smaller": return kept(x, axes, ratios.max() ?? 1)
    case let other: throw EvaluationError.Problem.badInput("policy \"\(other)\"")
    }
  }

  private static func kept(
    _ x: RuntimeTensor, _ axes: [Int], _ scale: Double
  ) -> [(size: Int, scale: Double)] {
    axes.map {
      (Int(Int64(clamping: (scale * Double(x.shape[$0])).rounded(.toNearestOrAwayFromZero))), scale)
    }
  }

  private static func upsample(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let name = try context.text("mode", default: "nearest")
    guard let mode = Resampling.Mode(rawValue: name == "bilinear" ? "linear" : name) else {
      throw EvaluationError.Problem.badInput("mode \"\(name)\" of Upsample")
    }
    let scales: [Double]
    if context.opset >= 9 {
      scales = try context.input(1).doubles()
    } else if let list = try context.floatList("scales") {
      scales = list
    } else {
      scales = [
        1, 1, try context.float("height_scale", default: 1),
        try context.float("width_scale", default: 1),
      ]
    }
    let rules = Resampling(
      mode: mode, coordinates: "asymmetric", nearestMode: "floor", cubicCoefficient: -0.75,
      excludesOutside: false, antialiases: false)
    let axes = Array(x.shape.indices)
    let plan = try targets(context, x, axes, scales: scales, sizes: [])
    _ = try context.count(of: plan.map(\.size))
    let resampled = try axes.map {
      try rules.axis(
        input: x.shape[$0], output: plan[$0].size, scale: plan[$0].scale, region: (0, 1))
    }
    return [try apply(context, x, resampled, fill: 0)]
  }

  // MARK: Applying

  private static func apply(
    _ context: KernelContext, _ x: RuntimeTensor, _ axes: [ResampledAxis], fill: Double
  ) throws -> RuntimeTensor {
    let shape = axes.map(\.extent)
    _ = try context.count(of: shape)
    let elements: RuntimeElements
    switch x.elements {
    case .float(let e): elements = try resampled(context, e, x.shape, axes, fill)
    case .double(let e): elements = try resampled(context, e, x.shape, axes, fill)
    case .integer(let e):
      // Whole numbers are interpolated in Double and cut off.
      let doubles: RuntimeElements = try resampled(
        context, e.map(Double.init), x.shape, axes, fill)
      guard case .double(let result) = doubles else { return x }
      elements = .integer(result.map { Int64(clamping: $0) })
    }
    return RuntimeTensor(dataType: x.dataType, shape: shape, elements: elements)
  }

  private static func resampled<E: KernelFloat>(
    _ context: KernelContext, _ elements: [E], _ shape: [Int], _ axes: [ResampledAxis],
    _ fill: Double
  ) throws -> RuntimeElements {
    var (current, extents) = (elements, shape)
    for (axis, plan) in axes.enumerated() where !plan.isIdentity(of: extents[axis]) {
      let split = Axes.split(extents, at: axis)
      extents[axis] = plan.extent
      let count = try context.count(of: extents)
      current = one(current, plan, outer: split.outer, split.extent, split.inner, count: count)
    }
    guard axes.contains(where: { $0.outside.contains(true) }) else { return E.wrap(current) }
    for index in current.indices {
      var rest = index
      for axis in axes.indices.reversed() {
        if axes[axis].outside[rest % extents[axis]] { current[index] = E(fill) }
        rest /= extents[axis]
      }
    }
    return E.wrap(current)
  }

  private static func one<E: KernelFloat>(
    _ elements: [E], _ plan: ResampledAxis, outer: Int, _ extent: Int, _ inner: Int, count: Int
  ) -> [E] {
    var result = [E](repeating: 0, count: count)
    let weights = plan.weights.map { E($0) }
    for row in 0..<outer {
      for index in 0..<plan.extent {
        let target = (row * plan.extent + index) * inner
        for entry in plan.starts[index]..<plan.starts[index + 1] {
          let source = (row * extent + plan.places[entry]) * inner
          let weight = weights[entry]
          for column in 0..<inner { result[target + column] += weight * elements[source + column] }
        }
      }
    }
    return result
  }
}
