internal import ModelIR

/// Resize and Upsample in all their forms.
enum ResizeShapes {
  static let rules: [String: ShapeRule] = ["Resize": resize, "Upsample": upsample]

  private static func upsample(_ context: NodeShapes) throws {
    guard let input = context.shape(0) else {
      context.set(type: context.type(0), nil)
      return
    }
    var scales: [Float]?
    if context.has(1) {
      scales = context.floats(1)
    } else if let stated = try context.node.floats("scales") {
      scales = stated
    } else if let height = try context.node.float("height_scale"),
      let width = try context.node.float("width_scale"), input.count == 4
    {
      scales = [1, 1, height, width]
    }
    context.set(type: context.type(0), try scaled(input, scales))
  }

  private static func resize(_ context: NodeShapes) throws {
    let node = context.node
    guard let input = context.shape(0) else {
      context.set(type: context.type(0), nil)
      return
    }
    // Opset 10: X, scales. From 11 on: X, roi, scales, sizes.
    let isOld = context.opset < 11
    let axes: [Int]
    if let stated = try node.ints("axes") {
      guard let resolved = Axes.resolve(stated, rank: input.count) else {
        throw AttributeError("axes", .outOfRange(expected: "inside the rank \(input.count)"))
      }
      axes = resolved
    } else {
      axes = Array(input.indices)
    }
    if !isOld, context.has(3) {
      context.set(type: context.type(0), try sized(context, input, axes))
      return
    }
    guard var scales = context.floats(isOld ? 1 : 2), !scales.isEmpty else {
      // Extents along other axes stay.
      var output = input
      for axis in axes { output[axis] = .unknown }
      context.set(type: context.type(0), output)
      return
    }
    if axes.count != input.count || axes != Array(input.indices) {
      guard scales.count == axes.count else {
        throw ShapeMismatch("\(scales.count) scales for \(axes.count) axes")
      }
      var all = [Float](repeating: 1, count: input.count)
      for (axis, scale) in zip(axes, scales) { all[axis] = scale }
      scales = all
    }
    context.set(type: context.type(0), try scaled(input, scales))
  }

  /// ⌊extent · scale⌋ in Float, as onnx computes it.
  private static func scaled(_ input: [Dimension], _ scales: [Float]?) throws -> [Dimension]? {
    guard let scales else { return UnknownShape.ofRank(input.count) }
    guard scales.count == input.count else {
      throw ShapeMismatch("\(scales.count) scales for \(input.count) axes")
    }
    return zip(input, scales).map { extent, scale in
      if scale == 1 { return extent }
      guard let extent = extent.value else { return .unknown }
      let result = (Float(extent) * scale).rounded(.down)
      return result >= 0 && result < 0x1p62 ? .known(Int(result)) : .unknown
    }
  }

  private static func sized(
    _ context: NodeShapes, _ input: [Dimension], _ axes: [Int]
  ) throws -> [Dimension]? {
    var output = input
    guard let sizes = context.numbers(3) else {
      for axis in axes { output[axis] = .unknown }
      return output
    }
    guard sizes.count == axes.count else {
      throw ShapeMismatch("\(sizes.count) sizes for \(axes.count) axes")
    }
    for (axis, size) in zip(axes, sizes) { output[axis] = size }
    let policy = try context.node.text("keep_aspect_ratio_policy") ?? "stretch"
    guard policy != "stretch" else { return output }
    // One scale for all axes: the smaller or the larger of those that the sizes ask for.
    var ratios: [Float] = []
    for (axis, size) in zip(axes, sizes) {
      guard let wanted = size.value, let extent = input[axis].value, extent > 0 else {
        for axis in axes { output[axis] = .unknown }
        return output
      }
      ratios.append(Float(wanted) / Float(extent))
    }
    let scale = (policy == "not_larger" ? ratios.min() : ratios.max()) ?? 1
    for axis in axes {
      let extent = (Float(input[axis].value ?? 0) * scale).rounded(.toNearestOrAwayFromZero)
      output[axis] = extent >= 0 && extent < 0x1p62 ? .known(Int(extent)) : .unknown
    }
    return output
  }
}
