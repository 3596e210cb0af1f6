/// Where the elements of a transposed convolution's input spread to.
struct TransposedWindows {
  private let input: [Int]
  private let kernel: [Int]
  private let strides: [Int]
  private let dilations: [Int]
  private var padsBegin: [Int]
  /// Extents of the result.
  private(set) var output: [Int]

  init(_ context: KernelContext, input: [Int], kernel: [Int]) throws {
    let rank = input.count
    self.input = input
    self.kernel = kernel
    guard kernel.allSatisfy({ $0 >= 1 && $0 <= WindowGeometry.largest }),
      input.allSatisfy({ $0 <= WindowGeometry.largest })
    else { throw EvaluationError.Problem.badInput("kernel \(kernel) on \(input)") }
    strides = try WindowGeometry.list(context, "strides", count: rank, default: 1, least: 1)
    dilations = try WindowGeometry.list(context, "dilations", count: rank, default: 1, least: 1)
    let pads = try WindowGeometry.list(context, "pads", count: 2 * rank, default: 0, least: 0)
    let extra = try WindowGeometry.list(
      context, "output_padding", count: rank, default: 0, least: 0)
    let wanted = try context.ints("output_shape") ?? []
    let autoPad = try context.text("auto_pad", default: "NOTSET")
    guard wanted.isEmpty || wanted.count >= rank else {
      throw EvaluationError.Problem.badInput("output_shape \(wanted)")
    }
    padsBegin = Array(pads[..<rank])
    output = []
    for axis in 0..<rank {
      let full =
        strides[axis] * (input[axis] - 1) + extra[axis]
        + (kernel[axis] - 1) * dilations[axis] + 1
      let same = autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER"
      if !wanted.isEmpty || same {
        // Batch and channels may stand before the spatial extents.
        let extent =
          wanted.isEmpty ? input[axis] * strides[axis] : wanted[wanted.count - rank + axis]
        guard extent >= 0, extent <= 1 << 40 else {
          throw EvaluationError.Problem.badInput("output_shape \(wanted)")
        }
        let total = max(0, full - extent)
        padsBegin[axis] = autoPad == "SAME_LOWER" ? total - total / 2 : total / 2
        output.append(extent)
      } else {
        let valid = autoPad == "VALID"
        if valid { padsBegin[axis] = 0 }
        output.append(full - (valid ? 0 : pads[axis] + pads[axis + rank]))
      }
    }
    guard output.allSatisfy({ $0 >= 0 }) else {
      throw EvaluationError.Problem.badInput("a result of the extents \(output)")
    }
  }

  /// The windows of the convolution whose transpose this is, over three axes.
  func inThreeAxes() throws -> WindowGeometry.Volume {
    guard input.count <= 3 else {
      throw EvaluationError.Problem.unsupported("\(input.count) spatial axes")
    }
    func extended(_ list: [Int], _ value: Int) -> WindowGeometry.Extents {
      let list = Array(repeating: value, count: 3 - list.count) + list
      return .init(depth: list[0], height: list[1], width: list[2])
    }
    return .init(
      input: extended(output, 1), kernel: extended(kernel, 1), stride: extended(strides, 1),
      dilation: extended(dilations, 1), pad: extended(padsBegin, 0), output: extended(input, 1))
  }
}
