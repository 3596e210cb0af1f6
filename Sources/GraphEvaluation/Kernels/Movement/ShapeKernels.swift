internal import ModelIR

/// Operators that change or ask a value's shape and leave its elements as they are.
///
/// Source: ONNX operators Reshape-1…24, Squeeze-1…24, Shape-1…24 and so on.
enum ShapeKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Shape") { try shape($0) },
    KernelEntry("Size") { [RuntimeTensor([Int64(try $0.input(0).count)], shape: [])] },
    KernelEntry("Reshape") { try reshape($0) },
    KernelEntry("Flatten") { try flatten($0) },
    KernelEntry("Squeeze") { try squeeze($0) },
    KernelEntry("Unsqueeze") { try unsqueeze($0) },
    KernelEntry("Dropout") { try dropout($0) },
  ]

  private static func shape(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let shape = try context.input(0).shape
    func bound(_ name: String, _ absent: Int) throws -> Int {
      let value = try context.int(name, default: absent)
      return min(max(value < 0 ? value + shape.count : value, 0), shape.count)
    }
    let (start, end) = (try bound("start", 0), try bound("end", shape.count))
    let part = start < end ? Array(shape[start..<end]) : []
    return [RuntimeTensor(part.map { Int64($0) }, shape: [part.count])]
  }

  private static func reshape(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    guard var target = try context.integerList(attribute: "shape", input: 1) else {
      throw EvaluationError.Problem.badInput("Reshape has no shape")
    }
    let zeroIsZero = try context.flag("allowzero")
    for (axis, extent) in target.enumerated() where extent == 0 && !zeroIsZero {
      guard axis < x.rank else {
        throw EvaluationError.Problem.badInput("extent 0 at axis \(axis) of rank \(x.rank)")
      }
      target[axis] = x.shape[axis]
    }
    if let open = target.firstIndex(of: -1) {
      target[open] = 1
      let rest = try context.count(of: target)
      guard rest > 0, x.count % rest == 0 else {
        throw EvaluationError.Problem.badInput("\(x.count) elements do not fit \(target)")
      }
      target[open] = x.count / rest
    }
    guard try context.count(of: target) == x.count else {
      throw EvaluationError.Problem.badInput("\(x.count) elements do not fit \(target)")
    }
    return [x.reshaped(target)]
  }

  private static func flatten(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let axis = try context.int("axis", default: 1)
    guard axis >= -x.rank, axis <= x.rank else {
      throw EvaluationError.Problem.badInput("axis \(axis) of a tensor of rank \(x.rank)")
    }
    let cut = axis < 0 ? axis + x.rank : axis
    return [x.reshaped([x.shape[..<cut].reduce(1, *), x.shape[cut...].reduce(1, *)])]
  }

  private static func squeeze(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let axes: [Int]
    if let given = try context.integerList(attribute: "axes", input: 1) {
      axes = try Axes.normalize(given, rank: x.rank)
    } else {
      axes = x.shape.indices.filter { x.shape[$0] == 1 }
    }
    for axis in axes where x.shape[axis] != 1 {
      throw EvaluationError.Problem.badInput("axis \(axis) of \(x.shape) cannot be squeezed")
    }
    return [x.reshaped(x.shape.indices.filter { !axes.contains($0) }.map { x.shape[$0] })]
  }

  private static func unsqueeze(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    guard let given = try context.integerList(attribute: "axes", input: 1) else {
      throw EvaluationError.Problem.badInput("Unsqueeze has no axes")
    }
    let rank = x.rank + given.count
    let axes = Set(try Axes.normalize(given, rank: rank))
    var rest = x.shape[...]
    return [x.reshaped((0..<rank).map { axes.contains($0) ? 1 : rest.popFirst() ?? 1 })]
  }

  /// At inference Dropout passes its input on and masks nothing.
  private static func dropout(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let ratio =
      try context.opset >= 12
      ? context.optionalInput(1)?.doubles().first ?? 0.5 : context.float("ratio", default: 0.5)
    let training =
      try context.opset >= 12
      ? context.optionalInput(2)?.integers?.first == 1
      : context.opset < 7 && !context.flag("is_test")
    guard !training || ratio == 0 else {
      throw EvaluationError.Problem.unsupported("Dropout in training mode, which is random")
    }
    let mask = [Int64](repeating: 1, count: context.node.output(1) == nil ? 0 : x.count)
    return [x, mask.isEmpty && x.count > 0 ? nil : try context.result(x.shape, mask, .bool)[0]]
  }
}
