internal import ModelIR

/// Conv (onnx, Operators.md, Conv-1 to Conv-22).
///
///     y[n, m, p] = b[m] + Σ over c, k of w[m, c, k] · x[n, g·C/G + c, p·stride + k·dilation − pad]
///
/// Shapes: x [N, C, spatial…], w [M, C/G, kernel…], b [M], y [N, M, output…], with G groups, g that
/// of m, and 1 to 3 spatial axes. Accumulates in the type it computes in.
enum ConvolutionKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Conv") {
      try $0.inDouble ? convolve($0, Double.self) : convolve($0, Float.self)
    }
  ]

  /// What the three algorithms share.
  struct Problem<E: KernelFloat> {
    /// Images.
    let batch: Int
    /// Channels of the input.
    let channels: Int
    /// Channels of the output.
    let filters: Int
    /// Groups of channels.
    let groups: Int
    /// The windows.
    let window: WindowGeometry.Volume
    /// One number for each filter, or none.
    let bias: [E]

    /// Channels of the input in a group.
    var groupChannels: Int { channels / groups }
    /// Filters in a group.
    var groupFilters: Int { filters / groups }
    /// Weights of one filter.
    var depth: Int { groupChannels * window.kernel.count }
  }

  private static func convolve<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let result = try convolve(
      context, x: try context.input(0).shape, w: try context.input(1).shape,
      bias: try context.optionalFloats(2, as: E.self) ?? [],
      inputs: try context.floats(0, as: E.self), weights: try context.floats(1, as: E.self))
    return try context.result(result.shape, result.elements)
  }

  /// Convolves by the node's attributes.
  static func convolve<E: KernelFloat>(
    _ context: KernelContext, x: [Int], w: [Int], bias: [E], inputs: [E], weights: [E]
  ) throws -> (shape: [Int], elements: [E]) {
    let groups = try context.int("group", default: 1)
    try checkShapes(x, w, groups)
    let kernel = Array(w[2...])
    if let stated = try context.ints("kernel_shape"), stated != kernel {
      throw EvaluationError.Problem.badInput("kernel_shape \(stated), weights \(w)")
    }
    let geometry = try WindowGeometry(context, input: Array(x[2...]), kernel: kernel)
    guard bias.isEmpty || bias.count == w[0] else {
      throw EvaluationError.Problem.badInput("\(bias.count) biases for weights \(w)")
    }
    let problem = Problem(
      batch: x[0], channels: x[1], filters: w[0], groups: groups,
      window: try geometry.inThreeAxes(), bias: bias)
    let shape = [x[0], w[0]] + geometry.output
    let count = try context.count(of: shape)
    guard count > 0, !inputs.isEmpty, !weights.isEmpty else {
      return (shape, filled(problem, count))
    }
    return !problem.window.isPointwise && TapConvolution.suits(problem)
      ? (shape, try TapConvolution.run(problem, inputs, weights, count, context))
      : (shape, try ProductConvolution.run(problem, inputs, weights, count, context))
  }

  /// Ranks and extents that do not depend on attributes but `group`.
  static func checkShapes(_ x: [Int], _ w: [Int], _ groups: Int) throws {
    guard x.count >= 3, w.count == x.count, groups >= 1, groups <= max(1, x[1]),
      w[1] <= x[1], x[1] == w[1] * groups,
      w[0] % groups == 0
    else {
      throw EvaluationError.Problem.badInput("input \(x), weights \(w), \(groups) groups")
    }
  }

  /// The result where there is nothing to sum.
  private static func filled<E>(_ problem: Problem<E>, _ count: Int) -> [E] {
    guard count > 0, !problem.bias.isEmpty else { return Array(repeating: 0, count: count) }
    let plane = count / (problem.batch * problem.filters)
    return (0..<count).map { problem.bias[$0 / plane % problem.filters] }
  }
}
