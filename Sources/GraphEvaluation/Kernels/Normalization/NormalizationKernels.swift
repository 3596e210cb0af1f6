internal import ModelIR

/// InstanceNormalization, GroupNormalization, LayerNormalization and RMSNormalization (onnx,
/// Operators.md): rows normalized by their own moments, then scaled and shifted.
enum NormalizationKernels {
  static let table: [KernelEntry] = [
    KernelEntry("InstanceNormalization") {
      try $0.inDouble ? instance(&$0, Double.self) : instance(&$0, Float.self)
    },
    KernelEntry("GroupNormalization") {
      try $0.inDouble ? group(&$0, Double.self) : group(&$0, Float.self)
    },
    KernelEntry("LayerNormalization") {
      try $0.inDouble ? layer(&$0, Double.self) : layer(&$0, Float.self)
    },
    KernelEntry("RMSNormalization") {
      try $0.inDouble ? rootMeanSquare(&$0, Double.self) : rootMeanSquare(&$0, Float.self)
    },
  ]

  private static func instance<E: KernelFloat>(
    _ context: inout KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let shape = try context.input(0).shape
    guard shape.count >= 2 else { throw EvaluationError.Problem.badInput("input \(shape)") }
    return try perChannel(&context, E.self, rows: shape[0] * shape[1], parametersPerGroup: false)
  }

  private static func group<E: KernelFloat>(
    _ context: inout KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let shape = try context.input(0).shape
    guard let groups = try context.int("num_groups"), groups > 0, shape.count >= 2,
      shape[1] % groups == 0
    else { throw EvaluationError.Problem.badInput("the groups of an input of shape \(shape)") }
    // Version 18 has one scale and shift for each group, version 21 for each channel.
    return try perChannel(
      &context, E.self, rows: shape[0] * groups, parametersPerGroup: context.opset < 21)
  }

  /// Input [N, C, …] seen as `rows` rows of whole channels.
  private static func perChannel<E: KernelFloat>(
    _ context: inout KernelContext, _: E.Type, rows: Int, parametersPerGroup: Bool
  ) throws -> [RuntimeTensor?] {
    let (shape, type) = (try context.input(0).shape, try context.input(0).dataType)
    let (scale, shift) = (try context.floats(1, as: E.self), try context.floats(2, as: E.self))
    let epsilon = try context.float("epsilon", default: 1e-5)
    let channels = shape[1]
    let plane = shape[2...].reduce(1, *)
    let groups = shape[0] == 0 ? 0 : rows / shape[0]
    let parameters = parametersPerGroup ? groups : channels
    guard scale.count == parameters, shift.count == parameters else {
      throw EvaluationError.Problem.badInput(
        "\(scale.count) scales and \(shift.count) shifts for an input of shape \(shape)")
    }
    var elements = try context.takeFloats(0, as: E.self)
    guard !elements.isEmpty else { return [context.value(shape, elements, type)] }
    let length = elements.count / rows
    let (mean, factor) = MomentNormalization.moments(elements, length: length, epsilon: epsilon)
    for row in 0..<rows {
      for index in 0..<(length / max(1, plane)) {
        let channel = row % groups * (channels / groups) + index
        let parameter = parametersPerGroup ? row % groups : channel
        let (center, slope) = (E(mean[row]), E(factor[row]) * scale[parameter])
        let first = row * length + index * plane
        for place in first..<(first + plane) {
          elements[place] = (elements[place] - center) * slope + shift[parameter]
        }
      }
    }
    return [context.value(shape, elements, type)]
  }

  private static func layer<E: KernelFloat>(
    _ context: inout KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let (shape, type) = (try context.input(0).shape, try context.input(0).dataType)
    let axis = try Axes.normalize(try context.int("axis", default: -1), rank: shape.count)
    let epsilon = try context.float("epsilon", default: 1e-5)
    let trailing = shape.count - axis
    let scale = try MomentNormalization.repeated(
      try context.floats(1, as: E.self), try context.input(1).shape, to: shape,
      trailing: trailing)
    let shift = try context.optionalInput(2).map {
      try MomentNormalization.repeated(
        try context.floats(2, as: E.self), $0.shape, to: shape, trailing: trailing)
    }
    var elements = try context.takeFloats(0, as: E.self)
    let length = shape[axis...].reduce(1, *)
    let (mean, factor) = MomentNormalization.moments(elements, length: length, epsilon: epsilon)
    for row in mean.indices {
      let (center, slope) = (E(mean[row]), E(factor[row]))
      for index in (row * length)..<((row + 1) * length) {
        let normal = (elements[index] - center) * slope * scale[index % scale.count]
        elements[index] = shift.map { normal + $0[index % $0.count] } ?? normal
      }
    }
    let reduced = shape[..<axis] + Array(repeating: 1, count: trailing)
    let stash = DataType(rawValue: Int32(try context.int("stash_type", default: 1))) ?? .float32
    var results: [RuntimeTensor?] = [context.value(shape, elements, type)]
    if mean.count == reduced.reduce(1, *) {
      results.append(context.value(Array(reduced), mean, stash))
      results.append(context.value(Array(reduced), factor, stash))
    }
    return results
  }

  private static func rootMeanSquare<E: KernelFloat>(
    _ context: inout KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let (shape, type) = (try context.input(0).shape, try context.input(0).dataType)
    let axis = try Axes.normalize(try context.int("axis", default: -1), rank: shape.count)
    let scale = try MomentNormalization.repeated(
      try context.floats(1, as: E.self), try context.input(1).shape, to: shape,
      trailing: shape.count - axis)
    var elements = try context.takeFloats(0, as: E.self)
    let length = shape[axis...].reduce(1, *)
    let factors = MomentNormalization.inverseRootMeanSquares(
      elements, length: length, epsilon: try context.float("epsilon", default: 1e-5))
    for (row, factor) in factors.enumerated() {
      for index in (row * length)..<((row + 1) * length) {
        elements[index] = elements[index] * E(factor) * scale[index % scale.count]
      }
    }
    return [context.value(shape, elements, type)]
  }
}
