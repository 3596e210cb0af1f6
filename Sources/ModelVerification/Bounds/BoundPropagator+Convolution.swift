internal import GraphEvaluation
internal import ModelIR

extension BoundPropagator {
  /// Below this many channels in a group, |W′| ∗ |x| itself costs little more.
  private static let fewChannels = 4
  /// Squares of smaller numbers would leave Double's range.
  private static let smallestSquared = 0x1p-500

  /// Conv of numbers without errors: u·‖W′ₒ‖₂·√(Σx²) + |δb|, Σx² over what an element sees.
  ///
  /// By Cauchy and Schwarz no less than u·(|W′| ∗ |x|) + |δb|, for ordinary numbers about twice as
  /// much; and one sum of squares serves all channels of a group, where |W′| ∗ |x| is a convolution
  /// as large as the one that is judged. nil where this does not apply; so too where parameters are
  /// granted several roundings: nothing but this bound judges them, and the sharper one catches more.
  ///
  /// Errors: those of reading weights; `EvaluationError`.
  func windowBound(_ node: Node) throws -> ErrorAmounts? {
    guard mode == .sure, roundings == 1, node.opType == "Conv", let data = node.input(0),
      let kernel = node.input(1), let output = node.output(0), !isConstant(data),
      isConstant(kernel), amounts(data) == nil, amounts(kernel) == nil
    else { return nil }
    let (x, weight, result) = (try number(data), try number(kernel), try number(output))
    var groups = 1
    if case .int(let stated)? = node.attribute("group") { groups = Int(stated) }
    guard weight.rank == result.rank, weight.rank > 2, weight.count > 0,
      let channels = weight.shape.first, groups > 0, channels % groups == 0,
      channels / groups >= Self.fewChannels,
      let sizes = try windowSizes(node, x, weight, groups),
      let shifts = try biasErrors(node, channels)
    else { return nil }
    let factor =
      (weight.dataType.unitRoundoff ?? 0) * summationGrowth(node, weight) * roundings(of: kernel)
    let norms = weight.rowNorms(atLeast: weight.dataType.smallestNormal)
    let limits = [Double](
      spreading: sizes, length: result.shape.dropFirst(2).reduce(1, *), groups: groups,
      factors: norms.map { $0 * factor }, shifts: shifts)
    guard limits.count == result.count else { return nil }
    return ErrorAmounts(variance: nil, absolute: limits)
  }

  /// Conv: W² ∗ 1, nil for other nodes.
  ///
  /// Ones are the same in all channels, so those of the weight are summed first; what is left is a
  /// convolution of one channel, where W² itself would cost as much as the one that is judged.
  func windowSquares(
    _ node: Node, _ x: RuntimeTensor, _ weight: RuntimeTensor, atLeast least: Double
  ) throws -> [Double]? {
    guard node.opType == "Conv", weight.rank > 2, weight.count > 0, x.rank == weight.rank else {
      return nil
    }
    let shape = [x.shape[0], 1] + x.shape.dropFirst(2)
    let ones = tensor([Double](repeating: 1, count: shape.reduce(1, *)), shape)
    let squares = tensor(
      weight.tapSquares(atLeast: least), [weight.shape[0], 1] + weight.shape.dropFirst(2))
    return try variant(node).setting("group", .int(1)).run([ones, squares]).first??.doubles()
  }

  /// √(Σx²) over what each position sees in each group; nil where a number is not finite.
  ///
  /// By the node's own kernel, so that pads, strides and dilations are those of the node.
  private func windowSizes(
    _ node: Node, _ x: RuntimeTensor, _ weight: RuntimeTensor, _ groups: Int
  ) throws -> [Double]? {
    let squares = [Double](squaresOf: x.doubles(), atLeast: Self.smallestSquared)
    let shape = [groups] + weight.shape.dropFirst()
    let ones = [Double](repeating: 1, count: shape.reduce(1, *))
    let sums = try variant(node).run([tensor(squares, x.shape), tensor(ones, shape)])
    guard let sums = sums.first ?? nil else { return nil }
    var result = sums.doubles()
    for index in result.indices { result[index] = result[index].squareRoot() }
    return result.allSatisfy(\.isFinite) ? result : nil
  }

  /// How far each channel's bias may be off; nil where that is not one number for each.
  private func biasErrors(_ node: Node, _ channels: Int) throws -> [Double]? {
    let none = [Double](repeating: 0, count: channels)
    guard let bias = node.input(2) else { return none }
    let errors: [Double]
    if isConstant(bias) {
      errors = rounding(of: bias, try number(bias))
    } else {
      errors = amounts(bias)?.limits ?? none
    }
    return errors.count == channels ? errors : nil
  }
}
