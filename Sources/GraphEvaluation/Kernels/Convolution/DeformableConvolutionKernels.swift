/// DeformConv and Col2Im (onnx, Operators.md, DeformConv-19 and 22, Col2Im-18).
///
/// DeformConv (Dai et al. 2017, modulated: Zhu et al. 2019) is Conv whose taps move by offsets:
///
///     y[m, p] = b[m] + Σ w[m, c, k] · mask[k, p] · x(c, p·stride + k·dilation − pad + offset[k, p])
///
/// with x read bilinearly, zero outside; two spatial axes. Offsets [N, D·kh·kw·2, oh, ow] hold y
/// then x for each tap, D offset groups; mask [N, D·kh·kw, oh, ow].
enum DeformableConvolutionKernels {
  static let table: [KernelEntry] = [
    KernelEntry("DeformConv") {
      try $0.inDouble ? deform($0, Double.self) : deform($0, Float.self)
    },
    KernelEntry("Col2Im") { context in
      try context.input(0).elements.apply(ImageOperation(context: context))
    },
  ]

  private static func deform<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let (x, w) = (try context.input(0).shape, try context.input(1).shape)
    let groups = try context.int("group", default: 1)
    let offsetGroups = try context.int("offset_group", default: 1)
    try ConvolutionKernels.checkShapes(x, w, groups)
    guard x.count == 4 else {
      throw EvaluationError.Problem.unsupported("\(x.count - 2) spatial axes")
    }
    let window = try WindowGeometry(
      context, input: Array(x[2...]), kernel: Array(w[2...])
    ).inThreeAxes()
    let (taps, places) = (window.kernel.count, window.output.count)
    let offsets = try context.floats(2, as: E.self)
    let mask = try context.optionalFloats(4, as: E.self)
    guard offsetGroups >= 1, offsetGroups <= max(1, x[1]), x[1] % offsetGroups == 0,
      offsets.count == x[0] * offsetGroups * taps * 2 * places,
      mask.map({ $0.count * 2 == offsets.count }) ?? true
    else { throw EvaluationError.Problem.badInput("offsets or mask for an input of shape \(x)") }
    let bias = try context.optionalFloats(3, as: E.self) ?? []
    guard bias.isEmpty || bias.count == w[0] else {
      throw EvaluationError.Problem.badInput("\(bias.count) biases for weights \(w)")
    }
    let shape = [x[0], w[0], window.output.height, window.output.width]
    let count = try context.count(of: shape)
    _ = try context.count(of: [x[1], taps, places])
    let (inputs, weights) = (
      try context.floats(0, as: E.self), try context.floats(1, as: E.self)
    )
    let plane = window.input.count
    let groupChannels = x[1] / offsetGroups
    var result: [E] = []
    result.reserveCapacity(count)
    for image in 0..<x[0] {
      var columns = [E](repeating: 0, count: x[1] * taps * places)
      for channel in 0..<x[1] {
        let first = (image * offsetGroups + channel / groupChannels) * taps
        for tap in 0..<taps {
          for place in 0..<places {
            let (tapY, tapX) = (tap / window.kernel.width, tap % window.kernel.width)
            let (outY, outX) = (place / window.output.width, place % window.output.width)
            let gridY =
              outY * window.stride.height + tapY * window.dilation.height
              - window.pad.height
            let gridX =
              outX * window.stride.width + tapX * window.dilation.width
              - window.pad.width
            let offset = (first + tap) * 2 * places + place
            let sample = bilinear(
              inputs, (image * x[1] + channel) * plane, window.input, E(gridY) + offsets[offset],
              E(gridX) + offsets[offset + places])
            columns[(channel * taps + tap) * places + place] =
              sample * (mask.map { $0[(first + tap) * places + place] } ?? 1)
          }
        }
      }
      result += product(columns, weights, bias, w, groups, places)
    }
    return try context.result(shape, result)
  }

  /// Zero outside, linear between the elements.
  private static func bilinear<E: KernelFloat>(
    _ x: [E], _ base: Int, _ extents: WindowGeometry.Extents, _ y: E, _ column: E
  ) -> E {
    guard y > -1, column > -1, y < E(extents.height), column < E(extents.width) else { return 0 }
    let (top, left) = (Int(y.rounded(.down)), Int(column.rounded(.down)))
    let (down, right) = (y - E(top), column - E(left))
    func at(_ row: Int, _ column: Int) -> E {
      row >= 0 && row < extents.height && column >= 0 && column < extents.width
        ? x[base + row * extents.width + column] : 0
    }
    let above = at(top, left) * (1 - right) + at(top, left + 1) * right
    let below = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
    return above * (1 - down) + below * down
  }

  private static func product<E: KernelFloat>(
    _ columns: [E], _ weights: [E], _ bias: [E], _ w: [Int], _ groups: Int, _ places: Int
  ) -> [E] {
    let depth = w[1...].reduce(1, *)
    var result = [E](repeating: 0, count: w[0] * places)
    for filter in 0..<w[0] {
      let first = filter / max(1, w[0] / groups) * depth
      for place in 0..<places {
        var sum: E = bias.isEmpty ? 0 : bias[filter]
        for index in 0..<depth {
          sum += weights[filter * depth + index] * columns[(first + index) * places + place]
        }
        result[filter * places + place] = sum
      }
    }
    return result
  }

  // MARK: Col2Im

  /// Adds blocks [N, C·block, L] back into an image [N, C, image…].
  private struct ImageOperation: ElementOperation {
    let context: KernelContext

    func callAsFunction<E: KernelElement>(_ x: [E]) throws -> [RuntimeTensor?] {
      let shape = try context.input(0).shape
      let image = try context.integers(1).map { Int($0) }
      let block = try context.integers(2).map { Int($0) }
      guard shape.count == 3, image.count == block.count, !image.isEmpty,
        image.allSatisfy({ $0 >= 1 && $0 <= WindowGeometry.largest })
      else { throw EvaluationError.Problem.badInput("blocks \(block) of an image \(image)") }
      let geometry = try WindowGeometry(context, input: image, kernel: block)
      let window = try geometry.inThreeAxes()
      let taps = window.kernel.count
      guard shape[1] % taps == 0, shape[2] == window.output.count else {
        throw EvaluationError.Problem.badInput("blocks of shape \(shape) for an image \(image)")
      }
      let channels = shape[1] / taps
      let result = [shape[0], channels] + image
      var pixels = [E](repeating: 0, count: try context.count(of: result))
      unsafe pixels.withUnsafeMutableBufferPointer { output in
        _ = unsafe ElementArray.withPointer(x) { input in
          guard let output = output.baseAddress else { return }
          for plane in 0..<(shape[0] * channels) {
            unsafe WindowColumns.scatter(
              input + plane * taps * shape[2], output + plane * window.input.count, window)
          }
        }
      }
      return try context.result(result, pixels)
    }
  }
}
