/// MaxUnpool (onnx, Operators.md, versions 9 to 22): puts each element where its index says, zeros
/// elsewhere.
///
/// Indices count over the tensor of the inferred shape, (input − 1)·stride + kernel − pads; where
/// `output_shape` is given, that tensor is placed at the beginning of a larger one of zeros.
enum MaxUnpoolKernels {
  static let table: [KernelEntry] = [
    KernelEntry("MaxUnpool") { context in
      try context.input(0).elements.apply(Operation(context: context))
    }
  ]

  private struct Operation: ElementOperation {
    let context: KernelContext

    func callAsFunction<E: KernelElement>(_ x: [E]) throws -> [RuntimeTensor?] {
      let shape = try context.input(0).shape
      let indices = try context.integers(1)
      guard shape.count >= 3, indices.count == x.count,
        let kernel = try context.ints("kernel_shape"), kernel.count == shape.count - 2,
        kernel.allSatisfy({ $0 >= 1 && $0 <= WindowGeometry.largest })
      else { throw EvaluationError.Problem.badInput("input \(shape) with its indices") }
      let inferred = try inferredShape(shape, kernel)
      var placed = [E](repeating: 0, count: try context.count(of: inferred))
      for (index, element) in zip(indices, x) {
        guard index >= 0, index < placed.count else {
          throw EvaluationError.Problem.badInput("index \(index) into \(inferred)")
        }
        placed[Int(index)] = element
      }
      guard context.optionalInput(2) != nil else { return try context.result(inferred, placed) }
      let wanted = try context.integers(2).map { Int($0) }
      guard wanted.count == inferred.count, zip(wanted, inferred).allSatisfy({ $0 >= $1 }) else {
        throw EvaluationError.Problem.badInput("output_shape \(wanted) for \(inferred)")
      }
      var result = [E](repeating: 0, count: try context.count(of: wanted))
      for (index, element) in placed.enumerated() where element != 0 {
        var (rest, target, stride) = (index, 0, 1)
        for axis in inferred.indices.reversed() {
          target += rest % inferred[axis] * stride
          rest /= inferred[axis]
          stride *= wanted[axis]
        }
        result[target] = element
      }
      return try context.result(wanted, result)
    }

    private func inferredShape(_ shape: [Int], _ kernel: [Int]) throws -> [Int] {
      let strides = try WindowGeometry.list(
        context, "strides", count: kernel.count, default: 1, least: 1)
      let pads = try WindowGeometry.list(
        context, "pads", count: 2 * kernel.count, default: 0, least: 0)
      return try Array(shape[..<2])
        + kernel.indices.map { axis in
          guard shape[axis + 2] <= WindowGeometry.largest else {
            throw EvaluationError.Problem.limit("extent \(shape[axis + 2])")
          }
          return (shape[axis + 2] - 1) * strides[axis] + kernel[axis] - pads[axis]
            - pads[axis + kernel.count]
        }
    }
  }
}
