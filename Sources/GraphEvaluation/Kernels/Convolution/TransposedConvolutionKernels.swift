internal import ModelIR

/// ConvTranspose (onnx, Operators.md, versions 1 to 22).
///
///     y[n, m, i·stride + k·dilation − padBegin] += x[n, c, i] · w[c, m, k]        (+ b[m])
///
/// Shapes: x [N, C, spatial…], w [C, M/G, kernel…], y [N, M, output…]; 1 to 3 spatial axes.
///
///     output = stride·(input − 1) + output_padding + (kernel − 1)·dilation + 1 − padBegin − padEnd
///
/// `output_shape` decides the sum of the pads instead; the smaller half goes to the beginning
/// unless auto_pad is SAME_LOWER.
enum TransposedConvolutionKernels {
  static let table: [KernelEntry] = [
    KernelEntry("ConvTranspose") {
      try $0.inDouble ? convolve($0, Double.self) : convolve($0, Float.self)
    }
  ]

  private static func convolve<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let (x, w) = (try context.input(0).shape, try context.input(1).shape)
    let groups = try context.int("group", default: 1)
    guard x.count >= 3, w.count == x.count, groups >= 1, groups <= max(1, x[1]), x[1] == w[0],
      x[1] % groups == 0, w[1] <= WindowGeometry.largest
    else { throw EvaluationError.Problem.badInput("input \(x), weights \(w), \(groups) groups") }
    let placement = try TransposedWindows(
      context, input: Array(x[2...]), kernel: Array(w[2...]))
    let filters = w[1] * groups
    let shape = [x[0], filters] + placement.output
    let count = try context.count(of: shape)
    let bias = try context.optionalFloats(2, as: E.self) ?? []
    guard bias.isEmpty || bias.count == filters else {
      throw EvaluationError.Problem.badInput("\(bias.count) biases for weights \(w)")
    }
    var result = [E](repeating: 0, count: count)
    if !bias.isEmpty, count > 0 {
      let plane = count / (x[0] * filters)
      for index in result.indices { result[index] = bias[index / plane % filters] }
    }
    let (inputs, weights) = (
      try context.floats(0, as: E.self), try context.floats(1, as: E.self)
    )
    let volume = try placement.inThreeAxes()
    let (depth, positions) = (w[1] * volume.kernel.count, volume.output.count)
    try MatrixProduct.check(depth, positions, x[1])
    _ = try context.count(of: [depth, positions])
    guard count > 0, !inputs.isEmpty, !weights.isEmpty else {
      return try context.result(shape, result)
    }
    unsafe result.withUnsafeMutableBufferPointer { output in
      _ = unsafe ElementArray.withPointer(inputs) { input in
        unsafe ElementArray.withPointer(weights) { weight in
          guard let output = output.baseAddress else { return }
          unsafe scatter(
            volume, images: x[0], channels: x[1], groupFilters: w[1], groups: groups, input,
            weight, output, context.threads)
        }
      }
    }
    return try context.result(shape, result)
  }

  /// For each group: columns = wᵀ · x, then every column element is added where its tap falls.
  ///
  /// `window` is that of the convolution whose transpose this is: its input is our output.
  private static func scatter<E: KernelFloat>(
    _ window: WindowGeometry.Volume, images: Int, channels: Int, groupFilters: Int, groups: Int,
    _ input: UnsafePointer<E>, _ weight: UnsafePointer<E>, _ output: UnsafeMutablePointer<E>,
    _ threads: Int
  ) {
    let positions = window.output.count
    let depth = groupFilters * window.kernel.count
    let groupChannels = channels / groups
    let jobs = images * groups
    // Enough jobs: one for each thread at a time; else the threads share each product.
    let together = jobs >= threads
    Parallel.forEachRange(jobs, threads: together ? threads : 1) { range in
      let columns = UnsafeMutablePointer<E>.allocate(capacity: depth * positions)
      defer { unsafe columns.deallocate() }
      for job in range {
        let group = job % groups
        unsafe MatrixProduct.multiply(
          .init(m: depth, n: positions, k: groupChannels),
          .init(weight + group * groupChannels * depth, rowStride: depth, transposed: true),
          .init(input + job * groupChannels * positions, rowStride: positions), columns,
          rowStride: positions, threads: together ? 1 : threads)
        let target = unsafe output + job * groupFilters * window.input.count
        Parallel.forEachRange(
          groupFilters, threads: together ? 1 : threads,
          grain: max(1, 16384 / max(1, positions * window.kernel.count))
        ) { filters in
          for filter in filters {
            unsafe WindowColumns.scatter(
              columns + filter * window.kernel.count * positions,
              target + filter * window.input.count, window)
          }
        }
      }
    }
  }
}
