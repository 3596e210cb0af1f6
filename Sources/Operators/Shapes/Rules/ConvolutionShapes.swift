internal import ModelIR

/// Convolutions: output [N, M, O1…].
enum ConvolutionShapes {
  static let rules: [String: ShapeRule] = [
    "Conv": { try convolution($0, weight: 1, type: $0.type(0)) },
    "ConvInteger": { try convolution($0, weight: 1, type: .int32) },
    "QLinearConv": { try convolution($0, weight: 3, type: $0.type(7)) },
    "DeformConv": { try convolution($0, weight: 1, type: $0.type(0)) },
    "ConvTranspose": transposed,
  ]

  private static func convolution(_ context: NodeShapes, weight: Int, type: DataType?) throws {
    guard let rank = context.rank(0) ?? context.rank(weight), rank >= 2 else {
      context.set(type: type, nil)
      return
    }
    let attributes = try ConvolutionAttributes(context.node, spatialRank: rank - 2)
    let input = context.shape(0) ?? [Dimension](repeating: .unknown, count: rank)
    let filter = context.shape(weight) ?? [Dimension](repeating: .unknown, count: rank)
    guard filter.count == rank else {
      throw ShapeMismatch("the weight has \(filter.count) axes, the input \(rank)")
    }
    if let channels = input[1].value, let own = filter[1].value,
      channels != own.multipliedReportingOverflow(by: attributes.group).partialValue
    {
      throw ShapeMismatch(
        "the input has \(channels) channels, the weight \(own) in each of \(attributes.group) "
          + "groups")
    }
    var output = [input[0], filter[0]]
    for axis in 0..<(rank - 2) {
      let stated = attributes.window.kernel?[axis]
      if let kernel = filter[axis + 2].value, let stated, kernel != stated {
        throw ShapeMismatch("kernel_shape states \(stated), the weight has \(kernel)")
      }
      let kernel = filter[axis + 2].value ?? stated
      output.append(
        try extent(attributes, axis: axis, input: input[axis + 2], kernel: kernel))
    }
    context.set(type: type, output)
  }

  private static func extent(
    _ attributes: ConvolutionAttributes, axis: Int, input: Dimension, kernel: Int?
  ) throws -> Dimension {
    let window = attributes.window
    if let positions = input.value, let kernel {
      guard let result = attributes.window(axis: axis, input: positions, kernel: kernel) else {
        throw ShapeMismatch("a kernel of \(kernel) does not fit into \(positions) positions")
      }
      return .known(result.output)
    }
    return WindowExtent.unchanged(window, axis: axis, kernel: kernel) ? input : .unknown
  }

  private static func transposed(_ context: NodeShapes) throws {
    guard let rank = context.rank(0) ?? context.rank(1), rank >= 2 else {
      context.set(type: context.type(0), nil)
      return
    }
    let attributes = try TransposedConvolutionAttributes(context.node, spatialRank: rank - 2)
    let input = context.shape(0) ?? [Dimension](repeating: .unknown, count: rank)
    let filter = context.shape(1) ?? [Dimension](repeating: .unknown, count: rank)
    guard filter.count == rank else {
      throw ShapeMismatch("the weight has \(filter.count) axes, the input \(rank)")
    }
    if let channels = input[1].value, let own = filter[0].value, channels != own {
      throw ShapeMismatch("the input has \(channels) channels, the weight \(own)")
    }
    var output = [input[0], filter[1] * .known(attributes.group)]
    for axis in 0..<(rank - 2) {
      let kernel = filter[axis + 2].value ?? attributes.window.kernel?[axis]
      if let positions = input[axis + 2].value, let kernel {
        guard let window = attributes.window(axis: axis, input: positions, kernel: kernel) else {
          throw ShapeMismatch("pads leave nothing of the output along spatial axis \(axis)")
        }
        output.append(.known(window.output))
      } else {
        output.append(attributes.outputShape.map { .known($0[axis]) } ?? .unknown)
      }
    }
    context.set(type: context.type(0), output)
  }
}
