/// Einsum (onnx, Operators.md, version 12; numpy.einsum).
///
///     result[labels of the result] = Σ over all other labels  Π over inputs  x[labels of x]
///
/// Letters are labels, upper and lower case apart; "..." stands for the remaining axes, aligned at
/// the right and broadcast; without "->" the result has the ellipsis and then the labels that occur
/// once, in alphabetical order. More than two inputs are combined one after the other; two become
/// batched matrix products.
enum EinsumKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Einsum") {
      if $0.holdsIntegers(0) { return try run($0, try integerOperands($0)) }
      return try $0.inDouble
        ? run($0, floatOperands($0, Double.self)) : run($0, floatOperands($0, Float.self))
    }
  ]

  private static func floatOperands<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [EinsumOperand<E>] {
    let labels = try EinsumLabels(context)
    return try labels.inputs.enumerated().map { position, list in
      try EinsumOperand(
        try context.floats(position, as: E.self), try context.input(position).shape, list)
    }
  }

  private static func integerOperands(
    _ context: KernelContext
  ) throws -> [EinsumOperand<Int64>] {
    try EinsumLabels(context).inputs.enumerated().map { position, list in
      try EinsumOperand(
        try context.integers(position), try context.input(position).shape, list)
    }
  }

  private static func run<E: KernelElement>(
    _ context: KernelContext, _ operands: [EinsumOperand<E>]
  ) throws -> [RuntimeTensor?] {
    let labels = try EinsumLabels(context)
    guard var result = operands.first else {
      throw EvaluationError.Problem.badInput("no inputs")
    }
    for position in 1..<max(1, operands.count) {
      let later = operands[(position + 1)...].flatMap(\.labels) + labels.output
      result = try result.combined(with: operands[position], keeping: Set(later), context)
    }
    result = result.summed(keeping: Set(labels.output)).transposed(to: labels.output)
    return try context.result(result.shape, result.elements)
  }
}
