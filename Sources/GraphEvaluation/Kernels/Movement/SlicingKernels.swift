internal import ModelIR

/// Operators that cut, join, repeat, pad and permute.
///
/// Source: ONNX operators Slice-1…13, Concat-1…13, Split-1…18, Pad-1…24 and so on.
enum SlicingKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Slice") { try slice($0) },
    KernelEntry("Split") { try split($0) },
    KernelEntry("Concat") { try concat($0) },
    KernelEntry("Transpose") { try transpose($0) },
    KernelEntry("Expand") { try expand($0) },
    KernelEntry("Tile") { try tile($0) },
    KernelEntry("Pad") { try pad($0) },
    KernelEntry("DepthToSpace") { try depthToSpace($0) },
    KernelEntry("SpaceToDepth") { try spaceToDepth($0) },
    KernelEntry("CenterCropPad") { try centerCropPad($0) },
  ]

  /// Offsets that leave an axis as it is.
  static func whole(_ extent: Int, _ stride: Int) -> [Int] { (0..<extent).map { $0 * stride } }

  private static func slice(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    guard let starts = try context.integerList(attribute: "starts", input: 1),
      let ends = try context.integerList(attribute: "ends", input: 2)
    else { throw EvaluationError.Problem.badInput("Slice has no starts or ends") }
    let given = try context.integerList(attribute: "axes", input: 3) ?? Array(starts.indices)
    let axes = try Axes.normalize(given, rank: x.rank)
    let steps =
      try context.optionalInput(4) == nil
      ? [Int](repeating: 1, count: starts.count) : context.integers(4).map { Int($0) }
    guard starts.count == ends.count, starts.count == axes.count, steps.count == axes.count else {
      throw EvaluationError.Problem.badInput("Slice's lists have different lengths")
    }
    let strides = x.strides
    var offsets = x.shape.indices.map { whole(x.shape[$0], strides[$0]) }
    for (position, axis) in axes.enumerated() {
      let step = steps[position]
      guard step != 0 else { throw EvaluationError.Problem.badInput("Slice with step 0") }
      let extent = x.shape[axis]
      func bound(_ value: Int) -> Int {
        let index = value < 0 ? max(value, -extent - 1) + extent : value
        return step > 0 ? min(max(index, 0), extent) : min(max(index, -1), extent - 1)
      }
      let start = bound(starts[position])
      // Counted from the end, a value before the first index stays before it.
      let end = ends[position] < -extent && step < 0 ? -1 : bound(ends[position])
      offsets[axis] = Swift.stride(from: start, to: end, by: step).map { $0 * strides[axis] }
    }
    return [try context.gather(x, shape: offsets.map(\.count), offsets: offsets)]
  }

  private static func split(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let axis = try Axes.normalize(try context.int("axis", default: 0), rank: x.rank)
    let extent = x.shape[axis]
    let parts: [Int]
    if let given = try context.integerList(attribute: "split", input: 1) {
      parts = given
    } else {
      let outputs = try context.int("num_outputs") ?? context.node.outputs.count
      guard outputs > 0 else { throw EvaluationError.Problem.badInput("Split into no parts") }
      let size = (extent + outputs - 1) / outputs
      parts = (0..<outputs).map { max(0, min(size, extent - $0 * size)) }
    }
    guard parts.allSatisfy({ $0 >= 0 && $0 <= extent }), parts.reduce(0, +) == extent else {
      throw EvaluationError.Problem.badInput("parts \(parts) of an axis of \(extent)")
    }
    let strides = x.strides
    var first = 0
    return try parts.map { size in
      var shape = x.shape
      shape[axis] = size
      defer { first += size }
      let offsets = shape.indices.map { whole(shape[$0], strides[$0]) }
      return try context.gather(x, shape: shape, start: first * strides[axis], offsets: offsets)
    }
  }

  private static func concat(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let inputs = context.inputs.compactMap { $0 }
    guard let first = inputs.first else {
      throw EvaluationError.Problem.badInput("Concat of nothing")
    }
    let axis = try Axes.normalize(
      try context.int("axis", default: context.opset < 4 ? 1 : 0), rank: first.rank)
    var shape = first.shape
    shape[axis] = 0
    for input in inputs {
      guard input.rank == first.rank,
        shape.indices.allSatisfy({ $0 == axis || input.shape[$0] == first.shape[$0] })
      else {
        throw EvaluationError.Problem.badInput(
          "shapes \(inputs.map(\.shape)) do not join at axis \(axis)")
      }
      shape[axis] += input.shape[axis]
    }
    let count = try context.count(of: shape)
    let outer = shape[..<axis].reduce(1, *)
    func joined<E: KernelElement>(_ parts: [[E]]) -> RuntimeElements {
      var result: [E] = []
      result.reserveCapacity(count)
      for row in 0..<outer {
        for part in parts {
          let length = part.count / outer
          result.append(contentsOf: part[(row * length)..<((row + 1) * length)])
        }
      }
      return E.wrap(result)
    }
    let elements: RuntimeElements
    if first.isInteger {
      elements = joined(inputs.map { $0.integers ?? [] })
    } else if inputs.allSatisfy({ Float.elements(of: $0.elements) != nil }) {
      elements = joined(inputs.compactMap { Float.elements(of: $0.elements) })
    } else {
      elements = joined(inputs.map { $0.doubles() })
    }
    guard elements.count == count else {
      throw EvaluationError.Problem.badInput("Concat of different types")
    }
    return [RuntimeTensor(dataType: first.dataType, shape: shape, elements: elements)]
  }

  private static func transpose(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let order = try context.ints("perm") ?? Array(x.shape.indices.reversed())
    guard order.count == x.rank else {
      throw EvaluationError.Problem.badInput("perm \(order) of a tensor of rank \(x.rank)")
    }
    let axes = try Axes.normalize(order, rank: x.rank)
    let strides = x.strides
    return [
      try context.gather(
        x, shape: axes.map { x.shape[$0] },
        offsets: axes.map { whole(x.shape[$0], strides[$0]) })
    ]
  }

  private static func expand(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let shape = try Broadcast.shape([x.shape, context.integers(1).map { Int($0) }])
    let steps = Broadcast.steps(of: x.shape, in: shape)
    _ = try context.count(of: shape)
    return [
      try context.gather(
        x, shape: shape, offsets: shape.indices.map { whole(shape[$0], steps[$0]) })
    ]
  }

  private static func tile(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let repeats: [Int]
    if context.opset < 6 {
      // Version 1: tiles along one axis.
      let axis = try Axes.normalize(Int(try context.integers(2).first ?? 0), rank: x.rank)
      var list = [Int](repeating: 1, count: x.rank)
      list[axis] = Int(try context.integers(1).first ?? 1)
      repeats = list
    } else {
      repeats = try context.integers(1).map { Int($0) }
    }
    guard repeats.count == x.rank, repeats.allSatisfy({ $0 >= 0 }) else {
      throw EvaluationError.Problem.badInput("repeats \(repeats) of \(x.shape)")
    }
    let shape = try zip(x.shape, repeats).map { try context.count(of: [$0, $1]) }
    _ = try context.count(of: shape)
    let strides = x.strides
    let offsets = shape.indices.map { axis in
      (0..<shape[axis]).map { $0 % x.shape[axis] * strides[axis] }
    }
    return [try context.gather(x, shape: shape, offsets: offsets)]
  }

  private static func pad(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let name = context.opset < 2 ? "paddings" : "pads"
    guard let pads = try context.integerList(attribute: name, input: 1) else {
      throw EvaluationError.Problem.badInput("Pad has no pads")
    }
    let axes =
      try context.optionalInput(3) == nil
      ? Array(x.shape.indices)
      : Axes.normalize(context.integers(3).map { Int($0) }, rank: x.rank)
    guard pads.count == 2 * axes.count else {
      throw EvaluationError.Problem.badInput("\(pads.count) pads for \(axes.count) axes")
    }
    guard let mode = PadMode(rawValue: try context.text("mode", default: "constant")) else {
      throw EvaluationError.Problem.badInput("this mode of Pad")
    }
    let strides = x.strides
    var offsets = x.shape.indices.map { whole(x.shape[$0], strides[$0]) }
    for (position, axis) in axes.enumerated() {
      let extent = x.shape[axis]
      let (before, after) = (pads[position], pads[position + axes.count])
      let length = try context.count(of: [max(0, extent + before + after)])
      offsets[axis] = try (0..<length).map { index in
        try mode.source(index - before, extent).map { $0 * strides[axis] } ?? AxisGather.outside
      }
    }
    return [
      try context.gather(
        x, shape: offsets.map(\.count), offsets: offsets, fill: try padding(context, like: x))
    ]
  }

  private static func padding(
    _ context: KernelContext, like x: RuntimeTensor
  ) throws -> RuntimeElements {
    let given = context.optionalInput(2)
    switch x.elements {
    case .integer: return .integer([given?.integers?.first ?? 0])
    case .float, .double:
      let value = try given?.doubles().first ?? context.float("value", default: 0)
      if case .float = x.elements { return .float([Float(value)]) }
      return .double([value])
    }
  }

  /// DCR: [N, b, b, C/b², H, W] → [N, C/b², H, b, W, b]; CRD: [N, C/b², b, b, H, W] likewise.
  private static func depthToSpace(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let (x, b) = try blocks(context)
    let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    guard c % (b * b) == 0 else {
      throw EvaluationError.Problem.badInput("\(c) channels in blocks of \(b)²")
    }
    let crd = try context.text("mode", default: "DCR") == "CRD"
    let depth = c / (b * b)
    let plane = h * w
    let (channelStep, rowStep, columnStep) =
      crd ? (b * b * plane, b * plane, plane) : (plane, b * depth * plane, depth * plane)
    return [
      try context.gather(
        x, shape: [n, depth, h * b, w * b],
        offsets: [
          whole(n, c * plane), whole(depth, channelStep),
          (0..<(h * b)).map { $0 / b * w + $0 % b * rowStep },
          (0..<(w * b)).map { $0 / b + $0 % b * columnStep },
        ])
    ]
  }

  private static func spaceToDepth(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let (x, b) = try blocks(context)
    let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    guard h % b == 0, w % b == 0 else {
      throw EvaluationError.Problem.badInput("\(h)×\(w) in blocks of \(b)")
    }
    let channels = (0..<(c * b * b)).map { channel in
      let block = channel / max(1, c)
      return channel % max(1, c) * h * w + block / b * w + block % b
    }
    return [
      try context.gather(
        x, shape: [n, c * b * b, h / b, w / b],
        offsets: [whole(n, c * h * w), channels, whole(h / b, b * w), whole(w / b, b)])
    ]
  }

  private static func blocks(_ context: KernelContext) throws -> (RuntimeTensor, Int) {
    let x = try context.input(0)
    let size = try context.int("blocksize", default: 0)
    guard x.rank == 4, size > 0, size <= 1 << 15 else {
      throw EvaluationError.Problem.badInput("blocks of \(size) in a tensor of rank \(x.rank)")
    }
    return (x, size)
  }

  private static func centerCropPad(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let target = try context.integers(1).map { Int($0) }
    let axes = try Axes.normalize(
      try context.ints("axes") ?? Array(x.shape.indices), rank: x.rank)
    guard target.count == axes.count, target.allSatisfy({ $0 >= 0 }) else {
      throw EvaluationError.Problem.badInput("extents \(target) for \(axes.count) axes")
    }
    let strides = x.strides
    var offsets = x.shape.indices.map { whole(x.shape[$0], strides[$0]) }
    for (position, axis) in axes.enumerated() {
      let (extent, wanted) = (x.shape[axis], target[position])
      let first = extent > wanted ? (extent - wanted) / 2 : -((wanted - extent) / 2)
      _ = try context.count(of: [wanted])
      offsets[axis] = (0..<wanted).map { index in
        let source = index + first
        return source >= 0 && source < extent ? source * strides[axis] : AxisGather.outside
      }
    }
    return [try context.gather(x, shape: offsets.map(\.count), offsets: offsets)]
  }
}
